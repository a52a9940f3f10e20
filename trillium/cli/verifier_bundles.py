"""``trillium verifier bundle``: what a verifier without a network needs, made and looked into."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from keys import KeyPurpose
from specs.encoding import parse_json_object
from specs.errors import ProtocolError
from specs.jose import ChainCache, PublicJwk, parse_jwks
from trillium.cli.local import verifier_settings
from trillium.cli.output import MISUSED, JsonOption, console, fail, print_json, print_rows, run
from trillium.runtime.clock import SystemClock
from trillium.runtime.status_lists import read_token
from trillium.runtime.trust_list import read_operator_keys
from verifier.app import opened_verifier
from verifier.clients.bundled import open_bundle
from verifier.domain.bundle import MAX_BUNDLE_BYTES, BundledList, VerifiedBundle, verify_bundle
from verifier.domain.trust import Trust
from verifier.services.create_bundle import CreatedBundle

app = typer.Typer(help="Offline bundles: trust list and status lists, signed.", no_args_is_help=True)
MAX_JWKS_BYTES = 1024 * 1024


@app.command("create")
def create(
    out: Annotated[Path, typer.Option(help="The file to write; an older one is replaced.")],
    days: Annotated[int, typer.Option(min=1, max=7, help="How long it may be used.")] = 7,
    as_json: JsonOption = False,
) -> None:
    """Make a bundle now. Lists that cannot be had are left out and counted."""

    async def work() -> CreatedBundle:
        async with opened_verifier(verifier_settings()) as verifier:
            return await verifier.bundles.create(timedelta(days=days))

    created = run(work)
    _write(out, created.text)
    answer = {
        "file": str(out),
        "created_at": _told(created.created_at),
        "valid_until": _told(created.valid_until),
        "lists": len(created.lists),
        "missing": created.failed,
    }
    if as_json:
        print_json(answer)
        return
    console.print(
        f"{out}: {answer['lists']} status lists, to be used until {answer['valid_until']}.", markup=False
    )
    if created.failed:
        console.print(f"{created.failed} status lists could not be had and are missing.")
    if not created.lists:
        console.print("No status list of an offline type is known yet: statuses cannot be told with it.")


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="The bundle.")],
    jwks: Annotated[
        Path | None,
        typer.Option(help="The verifier's public keys, as its /jwks has them; else those of its key ring."),
    ] = None,
    issuer: Annotated[str, typer.Option(help="With --jwks: the public URL of the verifier.")] = "",
    trust_keys: Annotated[
        Path | None, typer.Option(help="The trust list operator's public keys; else those of the settings.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a bundle as a verifier without a network does. Ends with 1 when it cannot be used."""
    if (jwks is None) != (not issuer):
        fail("--jwks and --issuer go together", code=MISUSED)

    async def work() -> dict[str, Any]:
        settings, now = verifier_settings(), SystemClock().now()
        operator = trust_keys or settings.trust_list_keys
        if operator is None:
            fail("name the trust list operator's keys by --trust-keys", code=MISUSED)
        keys = _keys_in(jwks) if jwks is not None else await _own_keys()
        text = _read(file)
        bundle = verify_bundle(
            text, keys=keys, issuer=issuer or settings.public_url, now=now, newest_seen=None
        )
        offline = open_bundle(bundle, read_operator_keys(operator), now)
        return _report(bundle, offline.trust.current(now), now)

    report = run(work)
    if as_json:
        print_json(report)
        return
    console.print(f"Genuine: made by {report['issuer']}, {report['created_at']}.", markup=False)
    console.print(f"To be used until {report['valid_until']}.")
    console.print(f"Issuers: {', '.join(report['issuers']) or 'none'}", markup=False)
    print_rows(("uri", "age", "state"), report["lists"])


async def _own_keys() -> list[PublicJwk]:
    async with opened_verifier(verifier_settings()) as verifier:
        now = verifier.outside.clock.now()
        entries = verifier.ring.signers_publishable(KeyPurpose.BUNDLE, now)
        return [one.public_jwk for one in entries if one.public_jwk is not None]


def _keys_in(jwks: Path) -> list[PublicJwk]:
    return parse_jwks(parse_json_object(jwks.read_bytes(), max_bytes=MAX_JWKS_BYTES))


def _report(bundle: VerifiedBundle, trust: Trust, now: datetime) -> dict[str, Any]:
    return {
        "issuer": bundle.issuer,
        "created_at": _told(bundle.created_at),
        "valid_until": _told(bundle.valid_until),
        "issuers": [one.issuer for one in trust.issuers],
        "lists": [_entry(one, trust, now) for one in bundle.contents.lists],
    }


def _entry(bundled: BundledList, trust: Trust, now: datetime) -> dict[str, str]:
    age = timedelta(seconds=(now - bundled.resolved_at) // timedelta(seconds=1))
    return {"uri": bundled.uri, "age": str(age), "state": _state(bundled, trust, now)}


def _state(bundled: BundledList, trust: Trust, now: datetime) -> str:
    """Whether some trusted issuer vouches for the list; and if none does, why not."""
    why, chains = "no issuer is trusted", ChainCache()
    for anchors in {one.anchors.version: one.anchors for one in trust.issuers}.values():
        try:
            read_token(bundled.token, bundled.uri, anchors, now=now, chains=chains)
        except ProtocolError as error:
            why = error.code
        else:
            return "usable"
    return why


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _write(out: Path, text: str) -> None:
    """In one step: a reader sees the old bundle or the new one."""
    try:
        beside = out.with_name(f".{out.name}.new")
        beside.write_text(text, encoding="ascii")
        beside.replace(out)
    except OSError as error:
        fail(f"{out}: {error.strerror}")


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BUNDLE_BYTES + 1).decode("ascii", errors="replace").strip()
    except OSError as error:
        fail(f"{file}: {error.strerror}")
