"""``trillium trust import-lote``: a draft out of a list of trusted entities of somebody else's."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer
from rich.markup import escape

from keys.private_files import PUBLIC_FILE, write_private
from specs.errors import ProtocolError
from specs.sd_jwt_vc import render_text
from trillium.cli.output import MISUSED, JsonOption, console, fail, print_json, print_rows, run
from trillium.runtime.clock import SystemClock
from trillium.runtime.http_client import configured_client
from trillium.runtime.settings import SharedSettings
from trillium.runtime.trust_list import (
    Lote,
    LoteChoice,
    ServiceKind,
    TrustListError,
    choose,
    create_draft,
    describe,
    parse_lote_signers,
    read_draft,
    verify_lote,
)
from trillium.runtime.trust_list.errors import BadTrustListKeys, OlderLote, TrustListUnreachable
from trillium.runtime.trust_list.lote_choice import MAX_NAME
from trillium.runtime.trust_list.lote_signers import MAX_LOTE_BYTES
from trillium.runtime.trust_list.operator_keys import MAX_BYTES

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
LEFT_OUT: Final = ("entity", "what", "reason", "detail")
TAKEN: Final = ("issuer", "name", "authority")
_OK: Final = 200


def import_lote(
    place: Annotated[str, typer.Argument(metavar="FILE|URL", help="The signed list: a compact JWS.")],
    *,
    keys: Annotated[
        Path, typer.Option(help="Whose signature counts: JWK Set, public keys or certificates in PEM.")
    ],
    out: Annotated[Path, typer.Option(help="The draft to write, for trillium trust sign.")],
    list_id: Annotated[str, typer.Option("--id", help="Of your list, whose draft this becomes.")],
    types: Annotated[str, typer.Option(help="What the issuers are trusted for, by commas.")] = "",
    vct_base: Annotated[str, typer.Option(help="Before short names of types.")] = "",
    service: Annotated[ServiceKind | None, typer.Option(help="Which services are meant.")] = None,
    issuer: Annotated[
        list[str] | None, typer.Option(metavar="NAME=URL", help="What an issuer calls itself in iss.")
    ] = None,
    at_least: Annotated[
        int, typer.Option(min=0, metavar="NUMBER", help="The sequence number of the last time.")
    ] = 0,
    replace: Annotated[bool, typer.Option(help="A draft that is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Draft a list from one in the form of ETSI TS 119 602. Nobody is trusted until you have signed it."""
    identifiers = _identifiers(issuer or [])
    wanted = [name.strip() for name in types.split(",") if name.strip()]
    if out.exists() and not replace:
        fail(escape(f"{out} is there already; --replace takes its place"), code=MISUSED)

    async def work() -> None:
        now = SystemClock().now()
        try:
            signers = parse_lote_signers(_read(keys, MAX_BYTES), now)
            lote = verify_lote(await _fetch(place), signers, now=now)
            ends = lote.ends(now)
            if lote.sequence < at_least:
                raise OlderLote(f"number {lote.sequence} after {at_least}")
            choice = choose(lote, kind=service, identifiers=identifiers, now=now)
            if not wanted and any(one.issuer is not None for one in choice.taken):
                fail("--types: the list does not say what its issuers are trusted for", code=MISUSED)
            _tell(lote, choice, as_json=as_json)
            draft = create_draft(choice, list_id=list_id, types=wanted, vct_base=vct_base, ends=ends, now=now)
            _write(out, draft, now)
        except TrustListError as error:
            fail(escape(f"{error.text} {error.detail} ({error.code})"))

    run(work)
    if not as_json:
        console.print(escape(f"{out}: read it, then: trillium trust sign {out.parent}"))


def _identifiers(said: Sequence[str]) -> dict[str, str]:
    pairs = [one.rpartition("=") for one in said]
    identifiers = {name: url for name, _, url in pairs}
    if len(identifiers) != len(pairs) or not all(name and url for name, url in identifiers.items()):
        fail("--issuer: NAME=URL, each name once", code=MISUSED)
    return identifiers


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        fail(escape(f"{path}: {type(error).__name__}"), code=MISUSED)
    if len(content) > most:
        raise BadTrustListKeys(f"{path.name}: too large")
    return content


async def _fetch(place: str) -> bytes:
    """A file, or an address over https. It is signed; what is fetched can be withheld, but not altered."""
    parts = urlsplit(place)
    if parts.scheme not in ("http", "https"):
        return _read_list(Path(place))
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        fail("the address must begin with https://", code=MISUSED)
    client = configured_client(SharedSettings().outgoing_ca_file)
    try:
        reply = await client.get(place, max_bytes=MAX_LOTE_BYTES, follow_redirects=True)
    except ProtocolError as error:
        raise TrustListUnreachable(f"{type(error).__name__} {error.detail}".strip()) from error
    finally:
        await client.close()
    if reply.status != _OK:
        raise TrustListUnreachable(f"status {reply.status}")
    return reply.body


def _read_list(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_LOTE_BYTES + 1)  # one more is too large, and told as such
    except OSError as error:
        fail(escape(f"{path}: {type(error).__name__}"), code=MISUSED)


def _write(out: Path, draft: dict[str, Any], now: datetime) -> None:
    """Only what can be signed takes the place of a draft."""
    tried = out.with_name(f"{out.name}.new")
    text = json.dumps(draft, ensure_ascii=False, indent=2)
    try:
        write_private(tried, f"{text}\n".encode(), mode=PUBLIC_FILE)
        read_draft(tried, version=1, now=now)
        tried.replace(out)
    except OSError as error:
        fail(escape(f"{out}: {type(error).__name__}"), code=MISUSED)
    finally:
        tried.unlink(missing_ok=True)


def _tell(lote: Lote, choice: LoteChoice, *, as_json: bool) -> None:
    """Foreign words are not markup of ours."""
    if as_json:
        print_json({**_head(lote, choice), "taken": _taken(choice), "left_out": _left_out(choice)})
        return
    for name, value in _head(lote, choice).items():
        console.print(f"{name:12} {escape(str(value))}")
    for title, columns, rows in (
        ("Taken over:", TAKEN, _taken(choice)),
        ("Left out:", LEFT_OUT, _left_out(choice)),
    ):
        if rows:
            console.print(f"\n{title}")
            print_rows(columns, [{name: escape(value) for name, value in row.items()} for row in rows])


def _head(lote: Lote, choice: LoteChoice) -> dict[str, Any]:
    return {
        "operator": render_text(lote.operators[0], max_length=MAX_NAME),
        "territory": render_text(lote.territory or "", max_length=MAX_NAME),
        "type": render_text(lote.type or "", max_length=MAX_NAME),
        "sequence": lote.sequence,
        "issued_at": lote.issued_at.isoformat(),
        "next_update": lote.next_update.isoformat() if lote.next_update else None,
        "service": choice.kind.value if choice.kind else "",
    }


def _taken(choice: LoteChoice) -> list[dict[str, str]]:
    return [
        {
            "issuer": one.issuer or "",
            "name": one.names.get("en-CA") or next(iter(one.names.values()), ""),
            "authority": describe(anchor),
        }
        for one in choice.taken
        for anchor in one.anchors
    ]


def _left_out(choice: LoteChoice) -> list[dict[str, str]]:
    return [
        {"entity": one.entity, "what": one.what, "reason": one.reason, "detail": one.detail}
        for one in choice.left_out
    ]
