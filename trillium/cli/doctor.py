"""``trillium doctor``: looks at an installation without changing it, and says what to do."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.padding import Padding

import issuer.settings
import verifier.app
import verifier.settings
import wallet_api.app
import wallet_api.settings
from issuer.app.application import production_checks
from issuer.app.directory import build_ministry, open_ministry_client
from issuer.app.readiness import REQUIRED, check_types
from issuer.clients.credential_types import read_configurations
from issuer.domain.configuration import BuiltConfigurations
from issuer.domain.event import SubjectRef
from issuer.errors import DirectoryUnavailable
from keys import KeyPurpose, KeyRing
from trillium.cli.installation_checks import (
    check_clock,
    check_database,
    check_environment,
    check_files,
    check_keys,
    check_production,
    known_settings,
    setting_of,
)
from trillium.cli.local import installation
from trillium.cli.output import FAILED, JsonOption, console, print_json
from trillium.combined import as_started
from trillium.runtime.clock import SystemClock
from trillium.runtime.randomness import SystemRandomness
from trillium.runtime.readiness import Finding, Level
from trillium.runtime.settings import SharedSettings, check_shared
from trillium.runtime.trust_list import (
    TrustListError,
    TrustListSettings,
    check_list,
    check_source,
    check_trust_list,
    open_trust_list,
)

CLASSES: Final = (issuer.settings.Settings, verifier.settings.Settings, wallet_api.settings.Settings)
_MARKS: Final = {Level.OK: "[green]✓[/]", Level.WARNING: "[yellow]![/]", Level.FAILED: "[bold red]✗[/]"}


class App(StrEnum):
    """Whose installation."""

    ALL = "all"
    ISSUER = "issuer"
    VERIFIER = "verifier"
    WALLET = "wallet"


def doctor(
    app: Annotated[App, typer.Option(help="One application, or all in one process.")] = App.ALL,
    as_json: JsonOption = False,
) -> None:
    """Look at settings, files, databases, keys, certificates, types and the clock; change nothing.

    Ends with 1 when something keeps an application from working; warnings are for you to act on in time.
    """
    now = SystemClock().now()
    try:
        found = asyncio.run(_examine(app, now))
    except ValidationError as error:
        found = {"settings": [_invalid(one) for one in error.errors(include_url=False, include_input=False)]}
    if as_json:
        print_json(_as_dictionary(found))
    else:
        _print(found)
    if any(one.level is Level.FAILED for findings in found.values() for one in findings):
        raise typer.Exit(FAILED)


Findings = Mapping[str, Sequence[Finding]]
Examine = Callable[[Any, datetime], Awaitable[list[Finding]]]


async def _examine(app: App, now: datetime) -> Findings:
    """By application. What they share is looked at once, under the first."""
    examined: dict[str, list[Finding]] = {
        "environment": list(check_environment(known_settings(*CLASSES), os.environ))
    }
    settings = _settings_of(app)
    for name, (one, examine) in settings.items():
        found = [*check_files(one), *check_clock(one.var_dir, now)]
        examined[name] = found + await examine(one, now)
    return _without_repetitions(examined)


def _settings_of(app: App) -> dict[str, tuple[SharedSettings, Examine]]:
    if app is App.ISSUER:
        return {"issuer": (issuer.settings.Settings(), _examine_issuer)}
    if app is App.VERIFIER:
        return {"verifier": (verifier.settings.Settings(), _examine_verifier)}
    if app is App.WALLET:
        return {"wallet": (wallet_api.settings.Settings(), _examine_wallet)}
    combined = as_started(installation())
    return {
        "issuer": (combined.issuer, _examine_issuer),
        "verifier": (combined.verifier, _examine_verifier),
        "wallet": (combined.wallet, _examine_wallet),
    }


async def _examine_issuer(settings: issuer.settings.Settings, now: datetime) -> list[Finding]:
    found = [*check_production(settings, production_checks(settings))]
    found += await check_database("issuer", settings.database_url, now)
    ring, keys = check_keys(settings, REQUIRED, now)
    built = read_configurations(settings.credential_types_dir, vct_base=settings.type_base)
    found += [*keys, *_check_types(built)]
    if ring is not None:
        found += _check_outliving(ring, built, now)
    if settings.directory_url:
        return found + await _check_ministry(settings, ring)
    return found + await check_database("register", settings.register_database_url, now)


def _check_types(built: BuiltConfigurations) -> list[Finding]:
    if not built.good:
        text = "No credential type is good: the issuer does not start. See trillium issuer check."
        return [Finding("credential_types", "no_credential_type", Level.FAILED, text=text)]
    return check_types(built.problems)


def _check_outliving(ring: KeyRing, built: BuiltConfigurations, now: datetime) -> list[Finding]:
    """A credential is worth nothing once a certificate above it has ended."""
    found = []
    days = max((one.settings.validity_days for one in built.good.values()), default=0)
    for entry in ring.state.of_purpose(KeyPurpose.CREDENTIAL):
        if entry.state.value != "active" or entry.chain is None or entry.chain.not_after < now:
            continue
        if entry.chain.not_after < now + timedelta(days=days):
            end = entry.chain.not_after.date().isoformat()
            text = f"Credentials of {days} days issued today outlive it: they stop being good on {end}."
            found.append(Finding("certificates", "certificate_outlived", Level.WARNING, "credential", text))
    return found


async def _check_ministry(settings: issuer.settings.Settings, ring: KeyRing | None) -> list[Finding]:
    name = settings.setting_name("directory_url")
    if ring is None:
        text = "It cannot be asked before the first start has made a key for it."
        return [Finding("register", "not_asked", Level.WARNING, name, text)]
    client = open_ministry_client(settings)
    try:
        await build_ministry(settings, ring, client, SystemClock(), SystemRandomness()).get(SubjectRef("-"))
    except DirectoryUnavailable as error:
        text = f"The ministry gave no answer ({error.detail}). Does it know our key? trillium keys jwks"
        return [Finding("register", "unavailable", Level.FAILED, name, text)]
    finally:
        await client.close()
    return []


async def _examine_verifier(settings: verifier.settings.Settings, now: datetime) -> list[Finding]:
    found = await _examine_trust(settings, "verifier", now)
    found += await check_database("verifier", settings.database_url, now)
    required = (KeyPurpose.REQUEST_OBJECT, KeyPurpose.ID_TOKEN, *verifier.app.SECRETS)
    return found + check_keys(settings, required, now)[1]


async def _examine_wallet(settings: wallet_api.settings.Settings, now: datetime) -> list[Finding]:
    found = await _examine_trust(settings, "wallet", now)
    found += await check_database("wallet", settings.database_url, now)
    return found + check_keys(settings, wallet_api.app.SECRETS, now)[1]


async def _examine_trust(settings: TrustListSettings, app: str, now: datetime) -> list[Finding]:
    """The trust list as the application would use it, and what production refuses, of it and otherwise."""
    try:
        source = open_trust_list(settings, app, now, remember=False)
    except TrustListError as error:
        name = settings.setting_name("trust_list_keys")
        text = f"{error.text} {error.detail} The application does not start."
        told = Finding("trust", error.code, Level.FAILED, name, text)
        return [told, *check_production(settings, [check_shared(settings)])]
    await source.refresh(now)
    await source.close()
    found = list(check_production(settings, [check_shared(settings), check_trust_list(settings, source)]))
    # All in one, the first start makes a list; before that there is nothing to miss.
    if settings.trust_list or settings.var_dir.is_dir():
        found = [*check_source(source, now), *found]
    if source.held is not None:
        found += check_list(source.held, now, production=settings.is_production)
    return found


def _without_repetitions(examined: Mapping[str, Sequence[Finding]]) -> Findings:
    told: set[Finding] = set()
    only: dict[str, list[Finding]] = {}
    for name, findings in examined.items():
        only[name] = [one for one in dict.fromkeys(findings) if one not in told]
        told |= set(findings)
    return only


def _invalid(error: Any) -> Finding:
    """What pydantic says of a setting, without its value."""
    about = setting_of(".".join(str(part) for part in error["loc"]))
    return Finding("settings", "setting_invalid", Level.FAILED, about, str(error["msg"]))


def _as_dictionary(found: Findings) -> dict[str, Any]:
    failed = any(one.level is Level.FAILED for findings in found.values() for one in findings)
    return {
        "ok": not failed,
        "findings": [
            {
                "app": name,
                "check": one.check,
                "code": one.code,
                "level": one.level.value,
                "about": one.about,
                "text": one.text,
            }
            for name, findings in found.items()
            for one in findings
        ],
    }


def _print(found: Findings) -> None:
    for name, findings in found.items():
        if not findings:
            console.print(f"{_MARKS[Level.OK]} [bold]{name}[/]: nothing to complain of")
            continue
        worst = Level.FAILED if any(one.level is Level.FAILED for one in findings) else Level.WARNING
        console.print(f"{_MARKS[worst]} [bold]{name}[/]")
        for one in findings:
            console.print(f"  {_MARKS[one.level]} {one.check}: {one.code} [dim]{escape(one.about)}[/]")
            console.print(Padding(one.text, (0, 0, 0, 4)), markup=False)
