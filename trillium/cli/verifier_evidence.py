"""``trillium verifier evidence``: what is kept for relying services, and how these open what is theirs.

The verifier cannot read evidence. ``new-key`` and ``open`` are for the relying service, on its own machine.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from keys.private_files import read_private, write_private
from specs.encoding import parse_json_object
from specs.jose import Encryption, create_encryption_jwk, decrypt_jwe, parse_jwe, public_jwk_of
from trillium.cli.local import verifier_settings
from trillium.cli.output import TAKES_ID, JsonOption, console, fail, print_json, print_rows, run
from verifier.app import Verifier, opened_verifier
from verifier.domain.evidence import EvidenceEnd, EvidenceEntry, EvidenceId
from verifier.domain.relying_service import ClientId

app = typer.Typer(help="Evidence, which only relying services can read.", no_args_is_help=True)
MAX_EVIDENCE_BYTES = 16 * 1024 * 1024
MAX_KEY_BYTES = 16 * 1024
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_PAGE = 500


@app.command("list")
def list_evidence(
    client: Annotated[str, typer.Option(help="Of this relying service alone.")] = "",
    as_json: JsonOption = False,
) -> None:
    """What is kept, for whom and until when; nothing of what is in it."""

    async def work() -> list[dict[str, Any]]:
        settings = verifier_settings()
        async with opened_verifier(settings) as verifier:
            services = [one.client_id for one in await verifier.outside.store.services()]
            wanted = [one for one in services if not client or one == client]
            return [_row(entry) for one in wanted for entry in await _all_of(verifier, one)]

    rows = run(work)
    if as_json:
        print_json(rows)
    else:
        # The day is enough to read, and leaves room for the ids.
        days = [row | {"made": row["made_at"][:10], "until": row["delete_at"][:10]} for row in rows]
        print_rows(("evidence_id", "client_id", "preset", "made", "until"), days)


@app.command("delete", context_settings=TAKES_ID)
def delete(evidence_id: Annotated[str, typer.Argument(metavar="EVIDENCE_ID")]) -> None:
    """Delete one piece before its day, as its relying service or an authority demands. It is recorded."""

    async def work() -> bool:
        settings = verifier_settings()
        async with opened_verifier(settings) as verifier:
            store, now = verifier.outside.store, verifier.outside.clock.now()
            return await store.delete_evidence(EvidenceId(evidence_id), EvidenceEnd.OPERATOR, now)

    if not run(work):
        fail("there is no such evidence")
    console.print("Deleted.")


@app.command("new-key")
def new_key(
    file: Annotated[Path, typer.Argument(help="Where the private key goes; it must not exist.")],
    kid: Annotated[str, typer.Option(help="The service's own name for the key; else its thumbprint.")] = "",
) -> None:
    """For a relying service: a private key in FILE, and on standard output the public one to register."""
    if file.exists():
        fail(f"{file} exists: a key that is replaced opens nothing any more")
    private_key = ec.generate_private_key(ec.SECP256R1())
    write_private(file, private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    thumbprint = public_jwk_of(private_key.public_key()).thumbprint
    print_json(create_encryption_jwk(public_jwk_of(private_key.public_key(), kid=kid or thumbprint)))


@app.command("open")
def open_evidence(
    file: Annotated[Path, typer.Argument(help="Evidence, as it was fetched.", exists=True, dir_okay=False)],
    key: Annotated[Path, typer.Option(help="The private key.", exists=True, dir_okay=False)],
) -> None:
    """For a relying service: print its evidence as JSON. This is personal data."""

    async def work() -> dict[str, Any]:
        private_key = _read_key(key)
        with file.open("rb") as opened:
            text = opened.read(MAX_EVIDENCE_BYTES + 1).decode("ascii", errors="replace").strip()
        jwe = parse_jwe(text, max_bytes=MAX_EVIDENCE_BYTES)
        theirs = jwe.epk.key
        if not isinstance(theirs, ec.EllipticCurvePublicKey):
            raise RuntimeError("a message is read with a key on P-256 only")
        shared = private_key.exchange(ec.ECDH(), theirs)
        payload = decrypt_jwe(jwe, shared, encryptions=(Encryption.A256GCM,))
        return parse_json_object(payload, max_bytes=MAX_EVIDENCE_BYTES)

    print_json(run(work))


def _read_key(file: Path) -> ec.EllipticCurvePrivateKey:
    content, _ = read_private(file, max_bytes=MAX_KEY_BYTES)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        fail(f"{file} is not a private key in PEM, without a passphrase")
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        fail(f"{file} is not a key on P-256")
    return key


async def _all_of(verifier: Verifier, client_id: ClientId) -> list[EvidenceEntry]:
    found: list[EvidenceEntry] = []
    store = verifier.outside.store
    while page := await store.evidence_since(
        client_id, _BEGINNING, found[-1].place if found else None, _PAGE
    ):
        found += page
    return found


def _row(entry: EvidenceEntry) -> dict[str, Any]:
    return {
        "evidence_id": entry.evidence_id,
        "client_id": entry.client_id,
        "preset": entry.preset,
        "made_at": entry.made_at.isoformat(timespec="seconds"),
        "delete_at": entry.delete_at.isoformat(timespec="seconds"),
    }
