"""The list of an application's settings, and the one that an installation signs for itself."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keys import KeyPurpose
from tests.trillium.trust_list.material import (
    DAY,
    anchors,
    files,
    issuer,
    sandbox_anchors,
    signed,
    trust_list,
    written,
)
from tests.verifier.issuing import ISSUER, NOW, PHOTO_CARD
from trillium.runtime.settings import Profile
from trillium.runtime.tasks import BackgroundTasks
from trillium.runtime.trust_list import (
    TrustListSettings,
    check_trust_list,
    open_trust_list,
    read_operator_keys,
    renew_in_background,
    verify_trust_list,
)
from trillium.runtime.trust_list.errors import BadTrustListKeys, NoTrustList
from trillium.runtime.trust_list.own import (
    LIFETIME,
    OwnList,
    OwnListPlace,
    open_operator_ring,
    own_list_place,
    sign_own_list,
)

OWN = OwnList(ISSUER, anchors(), (PHOTO_CARD,), anchors("verifiers"))


def settings(folder: Path, token: bytes | None = None, **changed: Any) -> TrustListSettings:
    """With a list in a file and the operator's keys beside it."""
    members = {"var_dir": folder / "var", **files(folder, signed() if token is None else token)}
    return TrustListSettings(**(members | changed))


def test_a_list_in_a_file_is_there_at_once_and_remembered(tmp_path: Path) -> None:
    source = open_trust_list(settings(tmp_path), "verifier", NOW)
    assert source.current(NOW).version == 1
    (tmp_path / "list.jwt").unlink()
    again = open_trust_list(settings(tmp_path, trust_list=str(tmp_path / "gone.jwt")), "verifier", NOW + DAY)
    assert again.current(NOW + DAY).version == 1
    assert (tmp_path / "var" / "trust" / "verifier.jwt").is_file()


def test_each_application_remembers_for_itself(tmp_path: Path) -> None:
    open_trust_list(settings(tmp_path, signed(trust_list(version=2))), "verifier", NOW)
    assert open_trust_list(settings(tmp_path), "wallet", NOW).current(NOW).version == 1


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    open_trust_list(settings(tmp_path), "verifier", NOW, remember=False)
    assert not (tmp_path / "var").exists()


def test_without_a_list_there_is_nothing_to_go_by(tmp_path: Path) -> None:
    source = open_trust_list(TrustListSettings(var_dir=tmp_path), "verifier", NOW)
    assert not source.is_configured
    with pytest.raises(NoTrustList):
        source.current(NOW)


@pytest.mark.parametrize(
    "changed", [{"trust_list_keys": None}, {"trust_list_keys": Path("nothing.json")}], ids=["unset", "gone"]
)
def test_a_list_needs_somebody_whose_signature_counts(tmp_path: Path, changed: dict[str, Any]) -> None:
    """Never a list that vouches for itself."""
    with pytest.raises(BadTrustListKeys):
        open_trust_list(settings(tmp_path, **changed), "verifier", NOW)


@pytest.mark.parametrize("token", [b"", b"garbage", signed(who="stranger")])
def test_a_bad_list_does_not_keep_an_application_down(tmp_path: Path, token: bytes) -> None:
    source = open_trust_list(settings(tmp_path, token), "verifier", NOW)
    assert source.failure is not None
    with pytest.raises(NoTrustList):
        source.current(NOW)


def refused(made: TrustListSettings) -> list[str]:
    source = open_trust_list(made, "verifier", NOW)
    return [one.reason for one in check_trust_list(made, source)()]


def test_production_does_not_start_with_a_sandbox_authority_or_plain_http(tmp_path: Path) -> None:
    sandbox = signed(trust_list(issuers=(issuer(anchors=sandbox_anchors()),)))
    assert refused(settings(tmp_path, sandbox, profile=Profile.PRODUCTION)) == [
        "must not name a sandbox authority"
    ]
    assert refused(settings(tmp_path, sandbox)) == []
    assert refused(settings(tmp_path, profile=Profile.PRODUCTION)) == []
    url = settings(tmp_path, profile=Profile.PRODUCTION, trust_list="http://trust.example/list.jwt")
    assert refused(url) == ["must begin with https://"]
    assert refused(settings(tmp_path, trust_list="https://trust.example/list.jwt")) == []


async def test_a_running_application_follows_its_file(tmp_path: Path) -> None:
    source = open_trust_list(settings(tmp_path), "verifier", NOW)
    written(tmp_path / "new.jwt", signed(trust_list(version=2))).replace(tmp_path / "list.jwt")
    async with BackgroundTasks() as tasks:
        renew_in_background(tasks, source, lambda: NOW)
        while source.current(NOW).version == 1:
            await asyncio.sleep(0.01)


def read(place: OwnListPlace, now: datetime) -> Any:
    return verify_trust_list(place.trust_list.read_bytes(), read_operator_keys(place.keys), now=now)


def test_an_installation_signs_for_itself(tmp_path: Path) -> None:
    place = sign_own_list(OWN, tmp_path, NOW)
    assert place == own_list_place(tmp_path)
    made = read(place, NOW)
    [one] = made.at(NOW).issuers
    assert (one.issuer, one.anchors, one.vcts) == (ISSUER, anchors(), frozenset({PHOTO_CARD}))
    assert made.at(NOW).verifier_anchors.certificates == anchors("verifiers").certificates
    assert made.next_update == NOW + LIFETIME
    [key] = (tmp_path / "keys" / "operator").glob("key-*.pem")
    assert key.stat().st_mode & 0o077 == 0


def test_it_signs_again_when_something_changed_or_a_month_has_passed(tmp_path: Path) -> None:
    first = read(sign_own_list(OWN, tmp_path, NOW), NOW)
    assert read(sign_own_list(OWN, tmp_path, NOW + 30 * DAY), NOW + 30 * DAY) == first
    changed = replace(OWN, vcts=(PHOTO_CARD, "another"))
    second = read(sign_own_list(changed, tmp_path, NOW), NOW)
    assert second.version == first.version + 1
    later = NOW + 40 * DAY
    third = read(sign_own_list(changed, tmp_path, later), later)
    assert third.version > second.version
    assert third.next_update == later + LIFETIME


def test_its_version_grows_although_its_file_was_lost(tmp_path: Path) -> None:
    place = sign_own_list(OWN, tmp_path, NOW)
    before = read(place, NOW)
    place.trust_list.unlink()
    later = NOW + timedelta(seconds=1)
    assert read(sign_own_list(OWN, tmp_path, later), later).version > before.version


async def test_it_can_be_signed_while_an_event_loop_runs(tmp_path: Path) -> None:
    assert read(sign_own_list(OWN, tmp_path, NOW), NOW)


def test_the_operators_key_is_not_replaced(tmp_path: Path) -> None:
    uri = f"file:{tmp_path}/keys"
    first = open_operator_ring(uri, NOW).jwks([KeyPurpose.TRUST_LIST], NOW)
    assert open_operator_ring(uri, NOW + DAY).jwks([KeyPurpose.TRUST_LIST], NOW) == first
