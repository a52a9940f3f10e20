"""An operator changes the trust list, and a verifier that runs follows, presentation by presentation."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from specs.jose import create_public_jwk
from tests.flows.street import Street, issuer_of_today, opened_street
from tests.patience import PATIENCE_S
from tests.trillium.runtime.issuer_site import IssuerSite
from tests.trillium.runtime.local_server import serving
from tests.trillium.trust_list.material import NAMES, files, list_of_today, signed, written
from tests.verifier.issuing import PHOTO_CARD, SimulatedIssuer, private_key
from trillium.runtime.trust_list import (
    FileOfList,
    ListedIssuer,
    ListedType,
    Mechanism,
    Period,
    Standing,
    TrustList,
)

FOLLOWS = timedelta(hours=1)


def entry(one: SimulatedIssuer, **changed: Any) -> ListedIssuer:
    listed = ListedIssuer(one.identifier, NAMES, Mechanism.X5C, one.anchors, (ListedType(PHOTO_CARD),))
    return replace(listed, **changed)


def list_of(one: SimulatedIssuer, version: int = 1, **changed: Any) -> TrustList:
    return list_of_today(version=version, issuers=(entry(one, **changed),))


class Operator:
    """Replaces the list in its file, in one step, as an operator's copy would."""

    def __init__(self, folder: Path, first: TrustList) -> None:
        self._folder = folder
        self.settings = files(folder, signed(first))

    def publish(self, token: bytes) -> None:
        written(self._folder / "new.jwt", token).replace(self.settings["trust_list"])


async def until(street: Street, card: Callable[[], str], outcome: str) -> dict[str, Any]:
    """Presents until the answer is another one: the list is read again every few seconds."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            result = await street.visit(card())
            if result["clerk_outcome"] == outcome:
                return result
            await asyncio.sleep(0.2)


async def test_a_withdrawn_issuer_is_not_trusted_any_more_and_may_come_back(tmp_path: Path) -> None:
    issuer = issuer_of_today(datetime.now(UTC))
    operator = Operator(tmp_path, list_of(issuer))
    async with opened_street(tmp_path, issuer, **operator.settings) as street:
        street.publish()
        assert (await street.visit(street.card()))["outcome"] == "accepted"
        operator.publish(signed(list_of(issuer, 2, standing=Standing.WITHDRAWN)))
        gone = await until(street, street.card, "not_trusted")
        assert (gone["outcome"], gone["claims"]) == ("rejected", {})
        assert [one["code"] for one in gone["reasons"]] == ["untrusted_issuer"]
        operator.publish(signed(list_of(issuer, 3)))
        await until(street, street.card, "valid")


async def test_a_list_that_is_too_old_leaves_us_unable_to_tell(tmp_path: Path) -> None:
    """Nobody is called untrusted because a list was not renewed in time."""
    issuer = issuer_of_today(datetime.now(UTC))
    now = datetime.now(UTC).replace(microsecond=0)
    short = replace(list_of(issuer), issued_at=now, next_update=now + FOLLOWS)
    operator = Operator(tmp_path, short)
    async with opened_street(tmp_path, issuer, **operator.settings) as street:
        street.publish()
        assert (await street.visit(street.card()))["outcome"] == "accepted"
        street.clock.shift = FOLLOWS
        old = await until(street, street.card, "cannot_tell")
        assert (old["outcome"], old["claims"]) == ("undetermined", {})
        assert [one["code"] for one in old["reasons"]] == ["trust_unavailable"]
        operator.publish(signed(list_of(issuer, 2)))
        await until(street, street.card, "valid")


async def test_an_attacker_who_can_write_the_file_but_not_sign_changes_nothing(tmp_path: Path) -> None:
    issuer, thief = issuer_of_today(datetime.now(UTC)), issuer_of_today(datetime.now(UTC))
    operator = Operator(tmp_path, list_of(issuer, 5))
    async with opened_street(tmp_path, issuer, **operator.settings) as street:
        street.publish()
        forged = replace(street, issuer=thief)
        for token in (
            signed(list_of(thief, 6), who="stranger"),
            signed(list_of(thief, 4)),
            signed(list_of(thief, 5)),
            signed(list_of(thief, 6), header={"typ": "JWT"}),
            b"",
        ):
            operator.publish(token)
            await asyncio.sleep(1.5 * FileOfList.every)  # longer than between two looks
            assert (await street.visit(street.card()))["outcome"] == "accepted"
            assert (await street.visit(forged.card()))["clerk_outcome"] == "not_trusted"


async def test_a_type_ends_at_its_moment(tmp_path: Path) -> None:
    issuer = issuer_of_today(datetime.now(UTC))
    end = datetime.now(UTC).replace(microsecond=0) + FOLLOWS
    types = (ListedType(PHOTO_CARD, Period(valid_until=end)),)
    operator = Operator(tmp_path, list_of(issuer, types=types))
    async with opened_street(tmp_path, issuer, **operator.settings) as street:
        street.publish()
        assert (await street.visit(street.card()))["outcome"] == "accepted"
        street.clock.shift = FOLLOWS
        await until(street, street.card, "not_trusted")


@pytest.mark.parametrize("brings_a_chain", [False, True], ids=["by-its-keys", "with-a-chain-added"])
async def test_2_11_2_13_an_issuer_that_publishes_its_keys(tmp_path: Path, *, brings_a_chain: bool) -> None:
    """Its credentials are checked with those keys and nothing else, although its anchors would vouch too."""
    site = IssuerSite()
    async with serving(site) as port:
        site.origin = f"http://127.0.0.1:{port}"
        site.publish(create_public_jwk(private_key("library").public_key(), kid="1"))
        issuer = replace(issuer_of_today(datetime.now(UTC)), identifier=site.issuer)
        operator = Operator(tmp_path, list_of(issuer, mechanism=Mechanism.METADATA))
        async with opened_street(
            tmp_path, issuer, also_reached=(site.origin,), **operator.settings
        ) as street:
            street.publish()
            draft = street.draft().but({"kid": "1", "x5c": issuer.x5c if brings_a_chain else None})
            result = await street.visit(draft.signed_by(private_key("library")))
            expected = ("rejected", "not_trusted") if brings_a_chain else ("accepted", "valid")
            assert (result["outcome"], result["clerk_outcome"]) == expected
            chained = await street.visit(street.card())
            assert chained["clerk_outcome"] == "not_trusted", "the other mechanism is not tried"
