"""``trillium deferred`` as an administrator types it."""

import asyncio
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from issuer.app import opened_issuer
from issuer.domain.event import SubjectRef
from issuer.services.authorize_request import Grant
from issuer.services.defer_credential import PromisedCredentials
from specs.encoding import create_json
from specs.openid4vci import parse_credential_request
from tests.issuer.deferred_types import DEFERRED, types_with
from tests.issuer.wallet import Prover, request_body
from trillium.cli import app
from trillium.cli.local import issuer_settings

REGISTER = Path(str(resources.files("issuer") / "sample_data" / "residents.csv"))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("ISSUER_CREDENTIAL_TYPES_DIR", str(types_with(tmp_path, photo_card=DEFERRED)))
    monkeypatch.chdir(tmp_path)
    assert run("residents", "import", str(REGISTER)).exit_code == 0


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def listed(*arguments: str) -> list[dict[str, Any]]:
    result = run("deferred", "list", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout))


async def promise() -> tuple[str, str]:
    """Maya's wallet asks for a photo card; the person and the transaction_id."""
    async with opened_issuer(issuer_settings()) as issuer:
        [(subject_ref, _)] = await issuer.outside.directory.search("ON-1000003", limit=1)
        grant = Grant(subject_ref, frozenset({"photo-card"}), None)
        prover = Prover(issuer.settings.public_url, issuer.outside.clock.now())
        body = request_body(prover.proofs(issuer.credentials.nonces(), 2))
        promised = await issuer.credentials(grant, parse_credential_request(create_json(body)))
        assert isinstance(promised, PromisedCredentials)
        return subject_ref, promised.transaction_id


def asked() -> tuple[SubjectRef, str]:
    subject_ref, _ = asyncio.run(promise())
    [waiting] = listed("--subject", subject_ref)
    return SubjectRef(subject_ref), str(waiting["deferral_id"])


def test_what_waits_is_listed_by_person_and_shows_nothing_that_fetches_it() -> None:
    assert not listed()
    subject_ref, transaction_id = asyncio.run(promise())
    [waiting] = listed("--subject", subject_ref)
    assert (waiting["type"], waiting["state"], waiting["copies"]) == ("photo-card", "pending", 2)
    assert waiting["waits_for"] == "registry_review"
    assert listed() == [waiting]
    assert not listed("--subject", "somebody-else")
    assert transaction_id not in run("deferred", "list").stdout
    assert waiting["deferral_id"][:8] in run("deferred", "list").stdout


def test_a_request_is_approved_once_and_can_still_be_denied() -> None:
    subject_ref, deferral_id = asked()
    assert "Approved." in run("deferred", "approve", deferral_id).stdout
    assert [one["state"] for one in listed("--subject", subject_ref)] == ["approved"]
    again = run("deferred", "approve", deferral_id)
    assert (again.exit_code, "deferral_decided" in again.stderr) == (1, True)
    assert "Denied." in run("deferred", "deny", deferral_id, "--reason", "fraud").stdout
    assert not listed("--subject", subject_ref)


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["approve", "never-was"], 1, "unknown_deferral"),
        (["deny", "never-was", "--reason", "error"], 1, "unknown_deferral"),
        (["deny", "never-was"], 2, "--reason"),
        (["deny", "never-was", "--reason", "because"], 2, "because"),
    ],
)
def test_what_cannot_be_decided(arguments: list[str], code: int, text: str) -> None:
    result = run("deferred", *arguments)
    assert result.exit_code == code
    assert text in result.stderr
