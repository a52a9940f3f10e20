"""``trillium verifier client``: relying services registered, changed, given new secrets, switched off."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from specs.encoding import parse_json_object
from specs.errors import ProtocolError
from specs.jose.encryption_jwk import parse_encryption_jwk
from trillium.cli import verifier_openid_clients
from trillium.cli.local import verifier_settings
from trillium.cli.output import TAKES_ID, JsonOption, console, fail, print_json, print_rows, run
from verifier.app import opened_verifier
from verifier.domain.event import Actor
from verifier.domain.relying_service import RelyingService
from verifier.domain.service_addresses import Addresses
from verifier.services.relying_services import RegisteredService, RelyingServices
from verifier.web.client_messages import entry_of

app = typer.Typer(help="Relying services.", no_args_is_help=True)
app.add_typer(verifier_openid_clients.app, name="openid")
CLI = Actor("cli")
MAX_KEY_BYTES = 16_384
NOTHING = "-"
"""Typed for an address that is to be removed."""

SiteOption = Annotated[
    str | None, typer.Option("--site", help="Origin of its web site, such as https://shop.example.")
]
ReturnOption = Annotated[
    list[str] | None, typer.Option("--return-url", help="Where people are sent back; may be repeated.")
]
WebhookOption = Annotated[str | None, typer.Option("--webhook-url", help="Where messages are posted.")]
KeyOption = Annotated[
    Path | None,
    typer.Option("--evidence-key", help="File with a public JWK (P-256, ECDH-ES).", exists=True),
]
ClientArgument = Annotated[str, typer.Argument(metavar="CLIENT_ID")]


@app.command("add")
def add(
    name_en: Annotated[str, typer.Option(help="Name in English.")],
    name_fr: Annotated[str, typer.Option(help="Name in French.")],
    presets: Annotated[list[str], typer.Option("--preset", help="What it may ask; may be repeated.")],
    *,
    site: SiteOption = None,
    return_urls: ReturnOption = None,
    webhook_url: WebhookOption = None,
    evidence_key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register a relying service. Its secret is shown once."""
    addresses = _addresses(site, return_urls, webhook_url, evidence_key)
    names = {"en-CA": name_en, "fr-CA": name_fr}
    registered = _with_clients(
        lambda clients: clients.register(names, presets, actor=CLI, addresses=addresses)
    )
    _show_secret(registered, as_json=as_json)


@app.command("list")
def list_clients(as_json: JsonOption = False) -> None:
    """All relying services."""
    found = _with_clients(lambda clients: clients.store.services())
    rows = [
        {
            "client_id": one.client_id,
            "name": one.name_in("en-CA"),
            "nom": one.name_in("fr-CA"),
            "presets": ", ".join(one.presets),
            "state": "enabled" if one.is_enabled else "disabled",
        }
        for one in found
    ]
    if as_json:
        print_json([_entry(one) for one in found])
    else:
        print_rows(("client_id", "name", "nom", "presets", "state"), rows)


@app.command("show", context_settings=TAKES_ID)
def show(client_id: ClientArgument) -> None:
    """Everything that is registered of one, as JSON."""
    print_json(_entry(_with_clients(lambda clients: clients.find(client_id))))


@app.command("update", context_settings=TAKES_ID)
def update(
    client_id: ClientArgument,
    *,
    name_en: Annotated[str | None, typer.Option(help="Name in English.")] = None,
    name_fr: Annotated[str | None, typer.Option(help="Name in French.")] = None,
    presets: Annotated[list[str] | None, typer.Option("--preset", help="Instead of those it has.")] = None,
    site: SiteOption = None,
    return_urls: ReturnOption = None,
    webhook_url: WebhookOption = None,
    evidence_key: KeyOption = None,
) -> None:
    """Change what is named; the rest stays. An address of - removes what is there."""

    def edit(service: RelyingService) -> RelyingService:
        names = dict(service.names)
        names.update({tag: name for tag, name in (("en-CA", name_en), ("fr-CA", name_fr)) if name})
        key = _read_key(evidence_key) if evidence_key else service.evidence_key
        return replace(
            service,
            names=tuple(names.items()),
            presets=tuple(presets or service.presets),
            site=_changed(site, service.site),
            return_urls=_changed_all(return_urls, service.return_urls),
            webhook_url=_changed(webhook_url, service.webhook_url),
            evidence_key=key,
        )

    print_json(_entry(_with_clients(lambda clients: clients.change(client_id, edit, actor=CLI))))


@app.command("rotate-secret", context_settings=TAKES_ID)
def rotate_secret(
    client_id: ClientArgument,
    old_hours: Annotated[
        int, typer.Option(min=0, max=168, help="Hours that the old secret stays good; 0 after a leak.")
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """A new secret, shown once."""
    overlap = timedelta(hours=old_hours)
    registered = _with_clients(
        lambda clients: clients.rotate_secret(client_id, actor=CLI, old_one_good_for=overlap)
    )
    _show_secret(registered, as_json=as_json)


@app.command("disable", context_settings=TAKES_ID)
def disable(client_id: ClientArgument) -> None:
    """Its secrets open nothing any more, and no message is sent to it."""
    _with_clients(lambda clients: clients.disable(client_id, actor=CLI))
    console.print("Disabled.")


@app.command("enable", context_settings=TAKES_ID)
def enable(client_id: ClientArgument) -> None:
    """Undo disabling."""
    _with_clients(lambda clients: clients.enable(client_id, actor=CLI))
    console.print("Enabled.")


def _with_clients(call: Callable[[RelyingServices], Awaitable[Any]]) -> Any:
    async def work() -> Any:
        settings = verifier_settings()
        async with opened_verifier(settings) as services:
            return await call(services.clients)

    return run(work)


def _addresses(
    site: str | None, return_urls: list[str] | None, webhook_url: str | None, evidence_key: Path | None
) -> Addresses:
    return Addresses(
        site=site,
        return_urls=tuple(return_urls or ()),
        webhook_url=webhook_url,
        evidence_key=_read_key(evidence_key) if evidence_key else None,
    )


def _read_key(file: Path) -> Any:
    try:
        return parse_encryption_jwk(parse_json_object(file.read_bytes(), max_bytes=MAX_KEY_BYTES))
    except ProtocolError as error:
        fail(f"{file}: {error.text} ({error.code})")


def _changed(given: str | None, present: str | None) -> str | None:
    return None if given == NOTHING else given or present


def _changed_all(given: list[str] | None, present: tuple[str, ...]) -> tuple[str, ...]:
    return () if given == [NOTHING] else tuple(given or present)


def _entry(service: RelyingService) -> dict[str, Any]:
    return entry_of(service).model_dump(mode="json")


def _show_secret(registered: RegisteredService, *, as_json: bool) -> None:
    answer = {"client_id": registered.service.client_id, "client_secret": registered.secret}
    if as_json:
        print_json(answer)
    else:
        console.print(f"client_id      {answer['client_id']}")
        console.print(f"client_secret  {answer['client_secret']}  (shown once)")
