"""``trillium verifier client openid``: OpenID clients registered, reviewed, given new secrets."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from specs.encoding import EncodingError, parse_json_object
from trillium.cli.local import verifier_settings
from trillium.cli.output import TAKES_ID, JsonOption, console, errors, fail, print_json, print_rows, run
from verifier.app import opened_verifier
from verifier.app.openid.clients import ClientServices
from verifier.domain.event import Actor
from verifier.domain.openid.client import Approval, AuthMethod, RegisteredClient
from verifier.domain.openid.registration import parse_registration, with_presets_words
from verifier.domain.preset import SubjectMode
from verifier.openid_errors import RegistrationRefused
from verifier.services.openid.register_client import IssuedClient
from verifier.web.openid.client_messages import entry_of
from verifier.web.openid.registration import registration_address

app = typer.Typer(help="Services that people sign in to with OpenID Connect.", no_args_is_help=True)
CLI: Final = Actor("cli")
MAX_FILE_BYTES: Final = 64 * 1024

ClientArgument = Annotated[str, typer.Argument(metavar="CLIENT_ID")]
Texts = list[str] | None


@app.command("add")
def add(
    name_en: Annotated[str | None, typer.Option(help="Name in English.")] = None,
    name_fr: Annotated[str | None, typer.Option(help="Name in French.")] = None,
    *,
    redirect_uris: Annotated[Texts, typer.Option("--redirect-uri", help="May be repeated.")] = None,
    presets: Annotated[Texts, typer.Option("--preset", help="What it may ask; may be repeated.")] = None,
    default_preset: Annotated[str | None, typer.Option(help="Else the first one.")] = None,
    needs: Annotated[Texts, typer.Option("--need", help="Else what the presets need.")] = None,
    subject_mode: Annotated[SubjectMode | None, typer.Option(help="What people are recognized by.")] = None,
    auth_method: Annotated[
        AuthMethod, typer.Option(help="none: an app without a secret.")
    ] = AuthMethod.BASIC,
    pkce: Annotated[bool, typer.Option(help="Without: only with a secret or a key.")] = True,
    post_logout_uris: Annotated[Texts, typer.Option("--post-logout-redirect-uri")] = None,
    backchannel_logout_uri: Annotated[str | None, typer.Option()] = None,
    sector_identifier_uri: Annotated[str | None, typer.Option()] = None,
    id_token_alg: Annotated[str | None, typer.Option(help="RS256 or ES256.")] = None,
    jwks_uri: Annotated[str | None, typer.Option(help="Its public keys.")] = None,
    metadata: Annotated[
        Path | None, typer.Option(help="File with members of RFC 7591, for everything else.", exists=True)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Register a client; it is approved with that. Its secret is shown once."""
    given = {
        "client_name#en-CA": name_en,
        "client_name#fr-CA": name_fr,
        "redirect_uris": redirect_uris,
        "presets": presets,
        "default_preset": default_preset,
        "needs": needs,
        "subject_mode": subject_mode,
        "token_endpoint_auth_method": auth_method,
        "require_pkce": pkce,
        "post_logout_redirect_uris": post_logout_uris,
        "backchannel_logout_uri": backchannel_logout_uri,
        "sector_identifier_uri": sector_identifier_uri,
        "id_token_signed_response_alg": id_token_alg,
        "jwks_uri": jwks_uri,
    }
    members = {name: value for name, value in given.items() if value is not None}
    members |= _read(metadata) if metadata else {}

    async def register(services: ClientServices) -> tuple[IssuedClient, str]:
        rules = services.registrations.rules
        asked = parse_registration(with_presets_words(members, rules.presets), rules)
        return await services.registrations.register(asked, actor=CLI, approved=True), services.issuer

    _show_secret(*_with_services(register), as_json=as_json)


@app.command("list")
def list_clients(
    approval: Annotated[Approval | None, typer.Option(help="Only those.")] = None, as_json: JsonOption = False
) -> None:
    """All clients, those that wait for a decision first."""

    async def find(services: ClientServices) -> list[RegisteredClient]:
        found = [
            one for one in await services.reviews.store.clients() if approval in (None, one.openid.approval)
        ]
        return sorted(found, key=lambda one: one.openid.approval is not Approval.PENDING)

    clients = _with_services(find)
    if as_json:
        print_json([_entry(one) for one in clients])
        return
    rows = [
        {
            "client_id": one.client_id,
            "name": one.service.name_in("en-CA"),
            "presets": ", ".join(one.service.presets),
            "redirect_uris": ", ".join(one.openid.redirect_uris),
            "approval": one.openid.approval.value,
            "version": one.openid.version,
        }
        for one in clients
    ]
    print_rows(("client_id", "name", "presets", "redirect_uris", "approval", "version"), rows)


@app.command("show", context_settings=TAKES_ID)
def show(client_id: ClientArgument) -> None:
    """Everything that is registered of one, as JSON."""
    print_json(_entry(_with_services(lambda services: services.reviews.find(client_id))))


@app.command("approve", context_settings=TAKES_ID)
def approve(
    client_id: ClientArgument,
    version: Annotated[int, typer.Option(help="Which you have looked at; list and show name it.")],
    presets: Annotated[Texts, typer.Option("--preset", help="Only these of what it asks for.")] = None,
) -> None:
    """Let people sign in to it, unless it has changed since you looked."""
    _with_services(
        lambda services: services.reviews.approve(client_id, seen=version, actor=CLI, presets=presets)
    )
    console.print("Approved.")


@app.command("refuse", context_settings=TAKES_ID)
def refuse(
    client_id: ClientArgument,
    reason: Annotated[str, typer.Option(help="Why; the client is told.", prompt=True)],
) -> None:
    """Refuse it, or withdraw what it was given."""
    _with_services(lambda services: services.reviews.refuse(client_id, reason, actor=CLI))
    console.print("Refused.")


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

    async def rotate(services: ClientServices) -> tuple[IssuedClient, str]:
        issued = await services.reviews.rotate_secret(client_id, actor=CLI, old_one_good_for=overlap)
        return issued, services.issuer

    _show_secret(*_with_services(rotate), as_json=as_json)


@app.command("set-window", context_settings=TAKES_ID)
def set_window(
    client_id: ClientArgument,
    minutes: Annotated[int, typer.Option(min=0, max=720, help="0: everybody presents every time.")],
) -> None:
    """For how long a browser need not present again to sign in to it."""
    window = timedelta(minutes=minutes)
    _with_services(lambda services: services.reviews.set_window(client_id, window, actor=CLI))
    console.print(f"Set to {minutes} min.")


@app.command("remove", context_settings=TAKES_ID)
def remove(client_id: ClientArgument) -> None:
    """Forget it: nobody signs in to it any more."""
    _with_services(lambda services: services.reviews.remove(client_id, actor=CLI))
    console.print("Removed.")


def _with_services(call: Callable[[ClientServices], Awaitable[Any]]) -> Any:
    async def work() -> Any:
        async with opened_verifier(verifier_settings()) as verifier:
            try:
                return await call(verifier.openid.registration)
            except RegistrationRefused as error:
                for one in error.problems:
                    errors.print(f"{one.place}: {one.text.english}", markup=False, soft_wrap=True)
                raise

    return run(work)


def _read(file: Path) -> dict[str, Any]:
    try:
        return parse_json_object(file.read_bytes(), max_bytes=MAX_FILE_BYTES)
    except EncodingError as error:
        fail(f"{file}: {error.text} ({error.code})")


def _entry(client: RegisteredClient) -> dict[str, Any]:
    return entry_of(client).model_dump(mode="json")


def _show_secret(issued: IssuedClient, issuer: str, *, as_json: bool) -> None:
    answer = {
        "issuer": issuer,
        "client_id": issued.client.client_id,
        "client_secret": issued.secret,
        "registration_client_uri": registration_address(issued.client, issuer),
        "registration_access_token": issued.registration_token,
    }
    known = {name: value for name, value in answer.items() if value is not None}
    if as_json:
        print_json(known)
        return
    for name, value in known.items():
        shown_once = "  (shown once)" if name in ("client_secret", "registration_access_token") else ""
        console.print(f"{name:27}{value}{shown_once}", markup=False, soft_wrap=True)
