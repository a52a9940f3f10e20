"""``trillium keys``: look at the key rings and rotate keys."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

import issuer.app
import verifier.app
from keys import KeyKind, KeyPurpose, KeyRing
from keys.purposes import RULES
from trillium.cli.local import issuer_settings, verifier_settings
from trillium.cli.output import MISUSED, JsonOption, console, fail, print_json, print_rows, told
from trillium.runtime.clock import SystemClock

app = typer.Typer(help="Keys and certificates.", no_args_is_help=True)


class RingOf(StrEnum):
    """Whose ring."""

    ISSUER = "issuer"
    VERIFIER = "verifier"


@app.command("list")
def list_keys(ring_of: RingOf = RingOf.ISSUER, as_json: JsonOption = False) -> None:
    """Every key: purpose, state, end of its certificate. Never the key itself."""
    with told():
        ring = _open(ring_of, SystemClock().now())
        rows: list[dict[str, Any]] = [
            {
                "purpose": entry.purpose.value,
                "state": entry.state.value,
                "version": entry.version,
                "key_id": entry.key_id,
                "certificate_until": entry.chain.not_after.date().isoformat() if entry.chain else "",
            }
            for entry in ring.state.entries
        ]
    if as_json:
        print_json(rows)
    else:
        print_rows(("purpose", "state", "version", "key_id", "certificate_until"), rows)


@app.command("jwks")
def jwks(purpose: KeyPurpose, ring_of: RingOf = RingOf.ISSUER) -> None:
    """The public keys of a purpose, next ones included, as a JWK Set for whoever is given them by hand."""
    now = SystemClock().now()
    with told():
        if RULES[purpose].kind is KeyKind.SECRET:
            fail(f"{purpose.value} is a secret: it has no public part", code=MISUSED)
        print_json(_open(ring_of, now).jwks([purpose], now))


@app.command("rotate")
def rotate(
    purpose: KeyPurpose,
    ring_of: RingOf = RingOf.ISSUER,
    without_publication_lead: Annotated[
        bool, typer.Option(help="Do not wait until others have seen the new key.")
    ] = False,
) -> None:
    """Prepare the next key of a purpose; called again after its lead time, let it take over."""
    now = SystemClock().now()
    with told():
        ring = _open(ring_of, now)
        waiting = [one for one in ring.state.of_purpose(purpose) if one.state.value == "pending"]
        if not waiting:
            ring.prepare_next(purpose, now)
            console.print(f"The next key for {purpose.value} is published.")
        if waiting or without_publication_lead:
            ring.rotate(purpose, now, without_publication_lead=without_publication_lead)
            console.print(f"The new key for {purpose.value} is in use; running servers follow in seconds.")


def _open(ring_of: RingOf, now: datetime) -> KeyRing:
    if ring_of is RingOf.ISSUER:
        return issuer.app.open_ring(issuer_settings(), now)
    return verifier.app.open_ring(verifier_settings(), now)
