"""``trillium trust import-lote``: from somebody else's list to a draft, a signed list, a verdict."""

import asyncio
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from specs.encoding import create_json
from tests.flows.street import issuer_of_today, opened_street
from tests.trillium.runtime.local_server import serving
from tests.trillium.runtime.status_lists.list_site import ListSite
from tests.trillium.trust_list.lotes import (
    DAY,
    NOTIFIED,
    PUB_EAA,
    PUB_EAA_LIST,
    WITHDRAWN,
    WRPAC,
    WRPAC_LIST,
    certificate_pem,
    document,
    entity,
    list_signer,
    public_pem,
    service,
    signed_lote,
    words,
)
from tests.verifier.issuing import ISSUER, PHOTO_CARD, SimulatedIssuer
from trillium.cli import app
from trillium.runtime.trust_list import read_draft

ID = "urn:test:imported"


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("TRILLIUM_", "ISSUER_", "VERIFIER_", "WALLET_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(tmp_path)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def today(*entities: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A list that is good on the day of the test."""
    return document(*entities, now=now(), **changed)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["trust", *map(str, arguments)])


def import_lote(folder: Path, token: bytes, *more: str | Path, types: str = PHOTO_CARD) -> Result:
    (folder / "list.jwt").write_bytes(token)
    (folder / "keys.pem").write_bytes(public_pem())
    given = ("--keys", folder / "keys.pem", "--out", folder / "draft.json", "--id", ID, "--types", types)
    return run("import-lote", folder / "list.jwt", *given, *more)


def test_a_draft_is_written_and_told_and_nothing_is_signed(tmp_path: Path) -> None:
    done = import_lote(tmp_path, signed_lote(today()))
    assert done.exit_code == 0, done.output
    for word in ("Trust Office", "EUPIDProvidersList", "Ministry", ISSUER, "trillium trust sign"):
        assert word in done.output
    made = read_draft(tmp_path / "draft.json", version=1, now=now())
    assert [one.issuer for one in made.issuers] == [ISSUER]
    assert [one.vct for one in made.issuers[0].types] == [PHOTO_CARD]
    until = made.issuers[0].types[0].period.valid_until
    assert until is not None
    assert f"next_update  {until.isoformat()}" in done.output
    assert sorted(one.name for one in tmp_path.iterdir()) == ["draft.json", "keys.pem", "list.jwt"]


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "draft.json").write_text("mine")
    assert import_lote(tmp_path, signed_lote(today())).exit_code == 2
    assert (tmp_path / "draft.json").read_text() == "mine"
    # Nor by what cannot be signed.
    long = import_lote(tmp_path, signed_lote(today()), "--replace", types="x" * 3000 + ":y")
    assert long.exit_code == 1
    assert (tmp_path / "draft.json").read_text() == "mine"
    assert import_lote(tmp_path, signed_lote(today()), "--replace").exit_code == 0
    assert json.loads((tmp_path / "draft.json").read_text())["id"] == ID


def test_names_and_reasons_are_told_and_are_no_markup(tmp_path: Path) -> None:
    gone = entity(service("urn:another"), TEName=[words("[red]Gone[/red] [/]\x1b[2J")])
    listed = today(
        entity(), gone, SchemeOperatorName=[words("[b]Office[/b]\x1b[2J")], SchemeTerritory="\x1b["
    )
    done = import_lote(tmp_path, signed_lote(listed), "--service", "pid")
    assert done.exit_code == 0, done.output
    assert "\x1b" not in done.output
    assert "[b]Office[/b]" in done.output
    for word in ("[red]Gone[/red] [/]", "urn:another", "unknown_service_type"):
        assert word in done.output


def test_for_machines(tmp_path: Path) -> None:
    done = import_lote(tmp_path, signed_lote(today(entity(), entity(service("urn:x")))), "--json")
    told = json.loads(done.stdout)
    assert (told["operator"], told["sequence"], told["service"]) == ("Trust Office", 7, "pid")
    assert [one["issuer"] for one in told["taken"]] == [ISSUER]
    assert [one["reason"] for one in told["left_out"]] == ["unknown_service_type"]


def test_identifiers_that_the_list_has_not(tmp_path: Path) -> None:
    token = signed_lote(today(entity(service(ServiceSupplyPoints=None))))
    nobody = import_lote(tmp_path, token)
    assert nobody.exit_code == 1
    assert "no_identifier" in nobody.stdout
    assert "lote_nothing" in nobody.stderr
    named = import_lote(tmp_path, token, "--issuer", "Ministry=https://a.example")
    assert named.exit_code == 0, named.output
    assert json.loads((tmp_path / "draft.json").read_text())["issuers"][0]["issuer"] == "https://a.example"
    for wrong in ("Ministry", "=https://a.example", "Ministry="):
        assert import_lote(tmp_path, token, "--replace", "--issuer", wrong).exit_code == 2


def test_types_are_the_operators_to_say(tmp_path: Path) -> None:
    unsaid = import_lote(tmp_path, signed_lote(today()), types="")
    assert unsaid.exit_code == 2
    assert "--types" in unsaid.stderr
    short = import_lote(tmp_path, signed_lote(today()), types="photo-card")
    assert (short.exit_code, (tmp_path / "draft.json").exists()) == (1, False)
    based = import_lote(tmp_path, signed_lote(today()), "--vct-base", f"{ISSUER}/types", types="photo-card")
    assert based.exit_code == 0, based.output
    made = read_draft(tmp_path / "draft.json", version=1, now=now())
    assert [one.vct for one in made.issuers[0].types] == [PHOTO_CARD]


def test_authorities_of_verifiers(tmp_path: Path) -> None:
    listed = today(entity(service(WRPAC)), LoTEType=WRPAC_LIST)
    done = import_lote(tmp_path, signed_lote(listed), "--service", "wrpac", types="")
    assert done.exit_code == 0, done.output
    assert len(read_draft(tmp_path / "draft.json", version=1, now=now()).verifiers) == 1


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (lambda: signed_lote(today(), who="stranger"), "lote_signature"),
        (lambda: signed_lote(today())[:-4] + b"AAAA", "lote_signature"),
        (lambda: signed_lote(document(now=now() - 31 * DAY)), "lote_ended"),
        (lambda: signed_lote(document(now=now() + 2 * DAY)), "lote_from_the_future"),
        (lambda: signed_lote(today(NextUpdate=None)), "lote_ended"),
        (lambda: signed_lote(b"{}"), "lote_malformed"),
        (lambda: create_json(today()), "lote_malformed"),
        (lambda: b"x" * 5_000_000, "lote_malformed"),
        (lambda: b"", "lote_malformed"),
        (lambda: signed_lote(today(entity(service(), service(WRPAC)))), "lote_several_services"),
    ],
    ids=["key", "altered", "ended", "early", "closed", "other", "unsigned", "large", "empty", "kinds"],
)  # fmt: skip
def test_what_is_refused_leaves_no_draft(tmp_path: Path, token: Any, code: str) -> None:
    done = import_lote(tmp_path, token())
    assert (done.exit_code, (tmp_path / "draft.json").exists()) == (1, False)
    assert f"({code})" in done.stderr
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_an_older_one_than_the_last_time_is_refused(tmp_path: Path) -> None:
    """It is signed and has not ended; whoever was withdrawn since is still in it."""
    older = import_lote(tmp_path, signed_lote(today()), "--at-least", "8")
    assert (older.exit_code, (tmp_path / "draft.json").exists()) == (1, False)
    assert "lote_rolled_back" in older.stderr
    assert import_lote(tmp_path, signed_lote(today()), "--at-least", "7").exit_code == 0


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert import_lote(tmp_path, b"", "--keys", tmp_path / "none.pem").exit_code == 2
    arguments = ("--keys", tmp_path / "keys.pem", "--out", tmp_path / "d", "--id", "x")
    assert run("import-lote", tmp_path / "none", *arguments).exit_code == 2
    done = import_lote(tmp_path, signed_lote(today()), "--out", tmp_path / "no" / "folder" / "draft.json")
    assert done.exit_code == 2
    (tmp_path / "keys.pem").write_bytes(b"x" * 70_000)
    assert "trust_list_keys" in run("import-lote", tmp_path / "list.jwt", *arguments).stderr


async def test_from_an_address(tmp_path: Path) -> None:
    signer, site = list_signer(now=now()), ListSite()
    site.body = signed_lote(today(), who=signer)
    (tmp_path / "keys.pem").write_bytes(certificate_pem(signer.certificate))
    given = ("--keys", tmp_path / "keys.pem", "--out", tmp_path / "d.json", "--id", ID, "--types", PHOTO_CARD)
    async with serving(site) as port:
        url = f"http://127.0.0.1:{port}/lists/7"
        done = await asyncio.to_thread(run, "import-lote", url, *given)
        assert done.exit_code == 0, done.output
        site.status = 404
        lost = await asyncio.to_thread(run, "import-lote", url, *given, "--replace")
        assert "trust_list_unreachable" in lost.stderr
    assert (
        await asyncio.to_thread(run, "import-lote", "http://a.example/x", *given, "--replace")
    ).exit_code == 2


def import_and_sign(folder: Path, operator: Path, token: bytes) -> None:
    assert run("init", operator).exit_code == 0
    done = import_lote(folder, token, "--out", operator / "trust-list.json", "--replace")
    assert done.exit_code == 0, done.output
    assert "not_granted" in done.output
    signed = run("sign", operator)
    assert signed.exit_code == 0, signed.output
    assert run("check", operator / "trust-list.jwt").exit_code == 0


async def test_an_imported_issuer_is_trusted_once_it_is_signed_and_a_withdrawn_one_is_not(
    tmp_path: Path,
) -> None:
    """From the list of others to the verdict of a verifier that runs."""
    issuer, withdrawn = issuer_of_today(now()), issuer_of_today(now())
    other = SimulatedIssuer("https://withdrawn.example", withdrawn.root, withdrawn.leaf)

    def listed(one: SimulatedIssuer, status: str, name: str) -> dict[str, Any]:
        points = [{"uriValue": one.identifier}]
        found = service(PUB_EAA, one.root.certificate, ServiceStatus=status, ServiceSupplyPoints=points)
        return entity(found, name=name)

    content = today(
        listed(issuer, NOTIFIED, "There"), listed(other, WITHDRAWN, "Gone"), LoTEType=PUB_EAA_LIST
    )
    operator = tmp_path / "operator"
    await asyncio.to_thread(import_and_sign, tmp_path, operator, signed_lote(content))
    trusting: dict[str, Any] = {
        "trust_list": str(operator / "trust-list.jwt"),
        "trust_list_keys": operator / "operator.jwks.json",
    }
    async with opened_street(tmp_path, issuer, **trusting) as street:
        street.publish()
        assert (await street.visit(street.card()))["outcome"] == "accepted"
        gone = replace(street, issuer=other)
        refused = await gone.visit(gone.card())
        assert (refused["outcome"], refused["clerk_outcome"]) == ("rejected", "not_trusted")
