"""``trillium trust``: the list of whom verifiers and wallets trust: drafted, signed, shown, checked."""

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.markup import escape

import verifier.settings
import wallet_api.settings
from keys import KeyPurpose, open_key_ring
from keys.private_files import PUBLIC_FILE, write_private
from trillium.cli.local import installation
from trillium.cli.output import FAILED, MISUSED, JsonOption, console, fail, print_json, print_rows, run, told
from trillium.combined import as_started
from trillium.runtime.clock import SystemClock
from trillium.runtime.readiness import Finding, Level
from trillium.runtime.settings import SharedSettings
from trillium.runtime.trust_list import (
    TrustList,
    TrustListSettings,
    TrustListSource,
    check_list,
    check_source,
    example_draft,
    open_trust_list,
    prepare_trust_list,
    read_draft,
    read_operator_keys,
    verify_trust_list,
)
from trillium.runtime.trust_list.errors import OlderTrustList, TrustListError
from trillium.runtime.trust_list.own import open_operator_ring
from trillium.runtime.trust_list.report import rows_of

T = TypeVar("T")

app = typer.Typer(help="Whom verifiers and wallets trust.", no_args_is_help=True)

DRAFT: Final = "trust-list.json"
SIGNED: Final = "trust-list.jwt"
PUBLIC_KEYS: Final = "operator.jwks.json"
KEY_FOLDER: Final = "keys"
COLUMNS: Final = ("what", "name", "status", "mechanism", "type", "from", "until", "anchors_until")


class ListOf(StrEnum):
    """Whose list."""

    VERIFIER = "verifier"
    WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class _Looked:
    """A list that was found, and what was found about it on the way."""

    trust_list: TrustList | None
    findings: list[Finding]
    production: bool


ListFile = Annotated[Path | None, typer.Argument(help="A signed list; without it that of the installation.")]
KeysOption = Annotated[
    Path | None, typer.Option("--keys", help=f"Whose signature counts; {PUBLIC_KEYS} beside the list.")
]
OfOption = Annotated[ListOf, typer.Option("--of", help="Whose list, without a file.")]


@app.command("init")
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder, best on a machine without network.")],
) -> None:
    """Make a key that signs lists, its public part, and a draft to begin with."""
    with told():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        now = SystemClock().now()
        ring = open_operator_ring(f"file:{folder / KEY_FOLDER}", now)
        _write_json(folder / PUBLIC_KEYS, ring.jwks([KeyPurpose.TRUST_LIST], now))
        if not (folder / DRAFT).exists():
            _write_json(folder / DRAFT, example_draft())
    console.print(f"{folder / DRAFT}: edit it, then: trillium trust sign {folder}")
    console.print(f"{folder / PUBLIC_KEYS}: give it to verifiers and wallets (…_TRUST_LIST_KEYS).")
    console.print(f"{folder / KEY_FOLDER}: the private key. Whoever has it decides whom they trust.")


@app.command("sign")
def sign(
    folder: Annotated[Path, typer.Argument(help="The folder that trillium trust init has made.")],
    version: Annotated[int | None, typer.Option(min=1, help="Instead of the next one.")] = None,
) -> None:
    """Sign the draft as the next version of the list, and say what is wrong with it."""

    async def work() -> TrustList:
        now = SystemClock().now()
        before = _signed_before(folder, now)
        made = read_draft(folder / DRAFT, version=version or (before.version + 1 if before else 1), now=now)
        if before is not None and made.version <= before.version:
            raise OlderTrustList(f"version {made.version} after {before.version}")
        # Not made here: a list under a key that nobody was given would be of no use.
        ring = open_key_ring(f"file:{folder / KEY_FOLDER}", sandbox=False, now=now)
        signer = ring.signer_for(KeyPurpose.TRUST_LIST, now)
        prepared = prepare_trust_list(made, signer.public_jwk)
        token = prepared.attach(await signer.sign(prepared.data))
        write_private(folder / SIGNED, token.encode("ascii"), mode=PUBLIC_FILE)
        return made

    made = _run(work)
    _print(check_list(made, SystemClock().now(), production=False))
    end = made.next_update.date().isoformat()
    console.print(f"{folder / SIGNED}: version {made.version}, to be replaced before {end}.")


@app.command("show")
def show(
    file: ListFile = None,
    keys: KeysOption = None,
    of: OfOption = ListOf.VERIFIER,
    as_json: JsonOption = False,
) -> None:
    """Whom a list trusts, for what, until when."""
    looked = _run(lambda: _look(file, keys, of))
    if looked.trust_list is None:
        fail(looked.findings[0].text)
    rows = rows_of(looked.trust_list)
    if as_json:
        print_json({**_head(looked.trust_list), "entries": rows})
        return
    for name, value in _head(looked.trust_list).items():
        console.print(f"{name:12} {value}")
    print_rows(COLUMNS, rows)


@app.command("check")
def check(
    file: ListFile = None,
    keys: KeysOption = None,
    of: OfOption = ListOf.VERIFIER,
    strict: Annotated[bool, typer.Option(help="Exit with 1 for warnings too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What is wrong with a list, or will be before long. Exit code 1 when it cannot be used."""
    looked = _run(lambda: _look(file, keys, of))
    found = list(dict.fromkeys(looked.findings))
    if looked.trust_list is not None:
        now = SystemClock().now()
        found = list(
            dict.fromkeys([*found, *check_list(looked.trust_list, now, production=looked.production)])
        )
    bad = {Level.FAILED, Level.WARNING} if strict else {Level.FAILED}
    failed = any(one.level in bad for one in found)
    if as_json:
        told_of = [
            {"code": one.code, "level": one.level.value, "about": one.about, "text": one.text}
            for one in found
        ]
        print_json({"ok": not failed, "findings": told_of})
    else:
        _print(found)
        if not found:
            console.print("The list is in order.")
    if failed:
        raise typer.Exit(FAILED)


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """As for every command, but with what exactly is wrong: lists hold nothing that must not be shown."""

    async def explained() -> T:
        try:
            return await work()
        except TrustListError as error:
            fail(escape(f"{error.text} {error.detail} ({error.code})"))

    return run(explained)


async def _look(file: Path | None, keys: Path | None, of: ListOf) -> _Looked:
    now, production = SystemClock().now(), SharedSettings().is_production
    if file is None:
        source = await _installed(of, now)
        return _Looked(source.held, check_source(source, now), production)
    pinned = read_operator_keys(keys or file.with_name(PUBLIC_KEYS))
    try:
        token = file.read_bytes()
    except OSError as error:
        fail(f"{file}: {type(error).__name__}", code=MISUSED)
    return _Looked(verify_trust_list(token, pinned, now=now), [], production)


async def _installed(of: ListOf, now: datetime) -> TrustListSource:
    """The list of an installation, as its server would use it; nothing is written."""
    source = open_trust_list(_settings_of(of), of.value, now, remember=False)
    await source.refresh(now)
    await source.close()
    return source


def _settings_of(of: ListOf) -> TrustListSettings:
    own: TrustListSettings = (
        verifier.settings.Settings() if of is ListOf.VERIFIER else wallet_api.settings.Settings()
    )
    if own.trust_list or "public_url" in own.model_fields_set:
        return own
    combined = as_started(installation())
    return combined.verifier if of is ListOf.VERIFIER else combined.wallet


def _signed_before(folder: Path, now: datetime) -> TrustList | None:
    file = folder / SIGNED
    if not file.exists():
        return None
    return verify_trust_list(file.read_bytes(), read_operator_keys(folder / PUBLIC_KEYS), now=now)


def _head(trust_list: TrustList) -> dict[str, Any]:
    return {
        "id": trust_list.id,
        "version": trust_list.version,
        "issued_at": trust_list.issued_at.isoformat(),
        "next_update": trust_list.next_update.isoformat(),
    }


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    write_private(path, f"{text}\n".encode(), mode=PUBLIC_FILE)


def _print(found: list[Finding]) -> None:
    for one in found:
        mark = "[bold red]✗[/]" if one.level is Level.FAILED else "[yellow]![/]"
        console.print(f"{mark} {one.code} [dim]{escape(one.about)}[/] {escape(one.text)}")
