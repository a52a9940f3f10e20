"""``trillium verifier receipt``: whether a receipt is one that the verifier signed, and what it says."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from keys import KeyPurpose
from specs.encoding import parse_json_object
from specs.jose import PublicJwk, parse_jwks
from trillium.cli.local import verifier_settings
from trillium.cli.output import JsonOption, console, print_json, told
from trillium.runtime.clock import SystemClock
from verifier.app import open_ring
from verifier.domain.receipt import MAX_RECEIPT_BYTES, Receipt, verify_receipt

app = typer.Typer(help="Receipts of presentations.", no_args_is_help=True)
MAX_JWKS_BYTES = 1024 * 1024


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The receipt; - reads standard input.", allow_dash=True)],
    jwks: Annotated[
        Path | None,
        typer.Option(help="The verifier's public keys, as its /jwks has them; else those of its key ring."),
    ] = None,
    issuer: Annotated[str, typer.Option(help="With --jwks: the public URL of the verifier.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Check the signature of a receipt, and print what it says. Ends with 1 when it is not genuine."""
    if (jwks is None) != (not issuer):
        raise typer.BadParameter("--jwks and --issuer go together")
    with told():
        text = _read(file).decode("ascii", errors="replace").strip()
        keys, signed_by = _own_keys() if jwks is None else (_keys_in(jwks), issuer)
        receipt = verify_receipt(text, keys, issuer=signed_by)
    if as_json:
        print_json(_entry(receipt))
    else:
        _print(receipt)


def _own_keys() -> tuple[list[PublicJwk], str]:
    """Those of the installation, replaced ones among them: receipts are kept for years."""
    settings, now = verifier_settings(), SystemClock().now()
    entries = open_ring(settings, now).signers_publishable(KeyPurpose.RECEIPT, now)
    return [one.public_jwk for one in entries if one.public_jwk is not None], settings.public_url


def _keys_in(jwks: Path) -> list[PublicJwk]:
    return parse_jwks(parse_json_object(jwks.read_bytes(), max_bytes=MAX_JWKS_BYTES))


def _read(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(MAX_RECEIPT_BYTES + 1)
    with file.open("rb") as opened:
        return opened.read(MAX_RECEIPT_BYTES + 1)


def _entry(receipt: Receipt) -> dict[str, Any]:
    return {
        "issuer": receipt.issuer,
        "receipt_id": receipt.receipt_id,
        "date": receipt.day.isoformat(),
        "client_id": receipt.client_id,
        "service": dict(receipt.service_names),
        "preset": receipt.preset,
        "purposes": dict(receipt.purposes),
        "claims": {query_id: [list(path) for path in paths] for query_id, paths in receipt.claims.items()},
    }


def _print(receipt: Receipt) -> None:
    console.print(f"Genuine: signed by {receipt.issuer}", markup=False)
    console.print(f"On {receipt.day}, asked by {receipt.client_id}:", markup=False)
    for title, texts in (("service", receipt.service_names), ("purpose", receipt.purposes)):
        for language, text in texts.items():
            console.print(f"  {title:8} {language}  {text}", markup=False)
    for query_id, paths in receipt.claims.items():
        names = ", ".join(".".join("*" if step is None else str(step) for step in path) for path in paths)
        console.print(f"  shown    {query_id}: {names}", markup=False)
