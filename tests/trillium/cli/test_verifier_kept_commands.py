"""``trillium verifier receipt`` and ``evidence``: as an operator, a person and a relying service use them."""

import asyncio
import json
import os
import stat
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner, Result

from keys import KeyPurpose
from specs.jose import Encryption, create_jwe, parse_encryption_jwk
from trillium.cli import app
from trillium.cli.local import verifier_settings
from verifier.app import Verifier, opened_verifier
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.evidence import EvidenceEntry, EvidenceId, KeptEvidence
from verifier.domain.kept import Kept
from verifier.domain.presentation import (
    ClientIdPrefix,
    Presentation,
    PresentationState,
    RequestId,
    SealedResult,
)
from verifier.domain.receipt import KeptReceipt, Receipt, prepare_receipt
from verifier.domain.relying_service import ClientId

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, ["verifier", *arguments], input=text)


def with_verifier(work: Callable[[Verifier], Awaitable[T]]) -> T:
    async def whole() -> T:
        async with opened_verifier(verifier_settings()) as verifier:
            return await work(verifier)

    return asyncio.run(whole())


def make_receipt() -> str:
    async def sign(verifier: Verifier) -> str:
        receipt = Receipt(
            issuer=verifier.settings.public_url,
            receipt_id="A" * 22,
            day=date(2026, 11, 22),
            client_id=ClientId("rs-shop"),
            service_names={"en-CA": "Shop", "fr-CA": "[bold]Boutique"},
            preset="age-19-or-over",
            purposes={"en-CA": "To sell you wine.", "fr-CA": "Vous vendre du vin."},
            claims={"photo_card": (("age_equal_or_over", "19"), ("nationalities", None))},
        )
        signer = verifier.ring.signer_for(KeyPurpose.RECEIPT, verifier.outside.clock.now())
        prepared = prepare_receipt(receipt, algorithm=signer.algorithm, key_id=signer.key_id)
        return prepared.attach(await signer.sign(prepared.data))

    return with_verifier(sign)


def keep_evidence(*, client_id: str, number: int = 1, jwe: str = "jwe") -> str:
    """Evidence of an accepted presentation, in the store of the installation."""
    request_id, evidence_id = RequestId(f"request-{number}"), f"-evidence-{number}"
    entry = EvidenceEntry(
        EvidenceId(evidence_id),
        request_id,
        bytes([number]),
        ClientId(client_id),
        "licence-class",
        NOW,
        NOW + timedelta(days=30),
        held_back=False,
    )

    async def keep(verifier: Verifier) -> None:
        event = Event(EventName.PRESENTATION_ACCEPTED, Actor("wallet"), NOW)
        presentation = Presentation(
            request_id=request_id,
            transaction_hash=bytes([number]),
            client_id=ClientId(client_id),
            preset="licence-class",
            prefix=ClientIdPrefix.X509_HASH,
            audience="x509_hash:a",
            nonce="nonce",
            state_value="state",
            locale="en-CA",
            created_at=NOW,
            expires_at=NOW + timedelta(minutes=5),
        )
        sealed = SealedResult(b"key", b"sealed")
        kept = Kept(KeptReceipt(request_id, NOW, sealed), KeptEvidence(entry, jwe))
        store = verifier.outside.store
        await store.add(presentation, event)
        assert await store.conclude(
            request_id, PresentationState.ACCEPTED, sealed, NOW, event, response_code_hash=None, kept=kept
        )

    with_verifier(keep)
    return evidence_id


def add_client() -> str:
    names = ("--name-en", "Shop", "--name-fr", "Boutique")
    added = run("client", "add", *names, "--preset", "identity", "--json")
    assert added.exit_code == 0, added.output
    client_id: str = json.loads(added.stdout)["client_id"]
    return client_id


def test_a_receipt_is_checked_by_the_keys_of_the_installation(own_folder: Path) -> None:
    file = own_folder / "receipt.jwt"
    file.write_text(make_receipt() + "\n")
    shown = run("receipt", "verify", str(file))
    assert shown.exit_code == 0, shown.output
    for text in ("Genuine", "2026-11-22", "Shop", "[bold]Boutique", "To sell you wine.", "nationalities.*"):
        assert text in shown.stdout
    as_json = run("receipt", "verify", "-", "--json", text=file.read_text())
    assert as_json.exit_code == 0, as_json.output
    assert json.loads(as_json.stdout)["claims"] == {
        "photo_card": [["age_equal_or_over", "19"], ["nationalities", None]]
    }


def test_a_receipt_is_checked_anywhere_with_the_published_keys(own_folder: Path) -> None:
    file, jwks = own_folder / "receipt.jwt", own_folder / "jwks.json"
    file.write_text(make_receipt())

    async def publish(verifier: Verifier) -> Any:
        return verifier.ring.jwks([KeyPurpose.RECEIPT], verifier.outside.clock.now())

    jwks.write_text(json.dumps(with_verifier(publish)))
    issuer = verifier_settings().public_url
    options = ("--jwks", str(jwks), "--issuer")
    assert run("receipt", "verify", str(file), *options, issuer).exit_code == 0
    elsewhere = run("receipt", "verify", str(file), *options, "https://other.example")
    assert elsewhere.exit_code == 1
    assert "bad_receipt" in elsewhere.stderr
    assert run("receipt", "verify", str(file), "--jwks", str(jwks)).exit_code == 2


@pytest.mark.parametrize("defect", ["changed", "other", "empty", "binary"])
def test_what_is_not_genuine_ends_with_1(own_folder: Path, defect: str) -> None:
    file, receipt = own_folder / "receipt.jwt", make_receipt()
    contents = {
        "changed": f"{receipt[:-4]}AAAA".encode(),
        "other": b"a.b.c",
        "empty": b"",
        "binary": os.urandom(100),
    }
    file.write_bytes(contents[defect])
    result = run("receipt", "verify", str(file))
    assert result.exit_code == 1
    assert "bad_receipt" in result.stderr
    assert "Genuine" not in result.stdout


def test_evidence_is_listed_and_deleted_by_the_operator() -> None:
    client_id = add_client()
    evidence_id = keep_evidence(client_id=client_id)
    [entry] = json.loads(run("evidence", "list", "--json").stdout)
    assert entry == {
        "evidence_id": evidence_id,
        "client_id": client_id,
        "preset": "licence-class",
        "made_at": "2026-11-22T15:00:00+00:00",
        "delete_at": "2026-12-22T15:00:00+00:00",
    }
    assert json.loads(run("evidence", "list", "--client", "nobody", "--json").stdout) == []
    assert client_id in run("evidence", "list").stdout
    assert run("evidence", "delete", evidence_id).exit_code == 0
    again = run("evidence", "delete", evidence_id)
    assert again.exit_code == 1
    assert "no such evidence" in again.stderr
    assert json.loads(run("evidence", "list", "--json").stdout) == []


def test_a_relying_service_makes_its_key_and_opens_its_evidence(own_folder: Path) -> None:
    key = own_folder / "evidence.pem"
    made = run("evidence", "new-key", str(key), "--kid", "shop-2026")
    assert made.exit_code == 0, made.output
    public = parse_encryption_jwk(json.loads(made.stdout))
    assert public.kid == "shop-2026"
    assert "d" not in json.loads(made.stdout)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    file = own_folder / "evidence.jwe"
    file.write_text(
        create_jwe(
            b'{"vp_token": {}}',
            recipient=public,
            encryption=Encryption.A256GCM,
            ephemeral=ec.generate_private_key(ec.SECP256R1()),
            iv=os.urandom(12),
        )
    )
    opened = run("evidence", "open", str(file), "--key", str(key))
    assert opened.exit_code == 0, opened.output
    assert json.loads(opened.stdout) == {"vp_token": {}}

    other = own_folder / "other.pem"
    assert run("evidence", "new-key", str(other)).exit_code == 0
    refused = run("evidence", "open", str(file), "--key", str(other))
    assert refused.exit_code == 1
    assert refused.stdout == ""


def test_a_key_is_never_written_over_and_never_read_when_others_can_read_it(own_folder: Path) -> None:
    key, file = own_folder / "evidence.pem", own_folder / "evidence.jwe"
    assert run("evidence", "new-key", str(key)).exit_code == 0
    before = key.read_bytes()
    assert run("evidence", "new-key", str(key)).exit_code == 1
    assert key.read_bytes() == before
    file.write_text("a.b.c.d.e")
    assert run("evidence", "open", str(file), "--key", str(key)).exit_code == 1
    key.chmod(0o644)
    open_to_others = run("evidence", "open", str(file), "--key", str(key))
    assert open_to_others.exit_code == 1
    key.chmod(0o600)
    key.write_bytes(b"no key")
    assert "not a private key" in run("evidence", "open", str(file), "--key", str(key)).stderr


def test_a_key_that_was_made_can_be_registered(own_folder: Path) -> None:
    public = own_folder / "public.json"
    public.write_text(run("evidence", "new-key", str(own_folder / "evidence.pem")).stdout)
    client_id = add_client()
    changed = run("client", "update", client_id, "--evidence-key", str(public))
    assert changed.exit_code == 0, changed.output
    assert json.loads(run("client", "show", client_id).stdout)["evidence_key"]


@pytest.mark.parametrize(
    "arguments", [("nothing.jwt",), (".",), ("r.jwt", "--jwks", "no.json", "--issuer", "x")]
)
def test_a_receipt_or_a_key_file_that_is_not_there_is_said_in_a_line(
    own_folder: Path, arguments: tuple[str, ...]
) -> None:
    (own_folder / "r.jwt").write_text("a.b.c")
    result = run("receipt", "verify", *arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "trillium:" in result.stderr
