"""``trillium offer``: offer credentials to a resident, and see what became of it."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from issuer.app import Issuer, opened_issuer
from issuer.domain.event import Actor, SubjectRef
from issuer.domain.offer import ConfigurationId, OfferGrant, OfferId
from issuer.domain.transaction_code_message import CodeRecipient
from issuer.services.create_offer import CreatedOffer, OfferTerms
from issuer.web.management_offers import offer_state
from issuer.web.offer_messages import OfferMessages
from trillium.cli.local import issuer_settings
from trillium.cli.output import MISUSED, TAKES_ID, JsonOption, console, fail, print_json, print_rows, run

app = typer.Typer(help="Credential offers.", no_args_is_help=True)
CLI = Actor("cli")
COLUMNS = ("offer_id", "state", "credentials", "grant", "created_at", "opened_at", "expires_at")

SubjectOption = Annotated[str, typer.Option("--subject", help="The person's subject_ref.")]
NumberOption = Annotated[str, typer.Option("--register-number", help="The person's register number.")]
OfferArgument = Annotated[str, typer.Argument(help="The offer's id.")]


@app.command("create")
def create(
    *,
    types: Annotated[list[str], typer.Option("--type", help="Credential type; may be repeated.")],
    subject: SubjectOption = "",
    register_number: NumberOption = "",
    tx_code: Annotated[bool, typer.Option("--tx-code", help="Ask for a transaction code.")] = False,
    code_to: Annotated[
        CodeRecipient | None,
        typer.Option("--code-to", help="Who is told the code; else the resident if reachable."),
    ] = None,
    sign_in: Annotated[
        bool, typer.Option("--sign-in", help="The person signs in, instead of a pre-authorized code.")
    ] = False,
    minutes: Annotated[int | None, typer.Option(help="How long it lives; else as configured.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make an offer, valid for half an hour unless configured or told otherwise."""
    _check_person(subject, register_number)
    terms = OfferTerms(
        OfferGrant.AUTHORIZATION_CODE if sign_in else OfferGrant.PRE_AUTHORIZED_CODE,
        None if minutes is None else timedelta(minutes=minutes),
        code_to,
    )
    answer = run(lambda: _create(types, subject, register_number, tx_code=tx_code, terms=terms))
    if as_json:
        print_json(answer)
        return
    console.print(f"For {answer['account']}:", markup=False)
    console.print(answer["credential_offer_link"], soft_wrap=True)
    console.print(f"Page for the resident: {answer['page_url']}", soft_wrap=True)
    if answer["tx_code"]:
        console.print(f"Transaction code, for another channel: [bold]{answer['tx_code']}[/]")
    elif answer["tx_code_to"]:
        console.print("The transaction code was sent to the resident.")


@app.command("show", context_settings=TAKES_ID)
def show(offer_id: OfferArgument, as_json: JsonOption = False) -> None:
    """What became of an offer."""
    _print([run(lambda: _show(offer_id))], as_json=as_json, one=True)


@app.command("list")
def list_offers(
    subject: SubjectOption = "", register_number: NumberOption = "", as_json: JsonOption = False
) -> None:
    """The newest offers of a person."""
    _check_person(subject, register_number)
    _print(run(lambda: _list(subject, register_number)), as_json=as_json)


@app.command("withdraw", context_settings=TAKES_ID)
def withdraw(offer_id: OfferArgument) -> None:
    """End an offer that was not used yet; one that is over stays as it is."""
    state = run(lambda: _withdraw(offer_id))
    console.print(f"The offer is {state}.")


def _check_person(subject: str, register_number: str) -> None:
    if bool(subject) == bool(register_number):
        fail("name the person by --subject or by --register-number", code=MISUSED)


def _print(offers: list[dict[str, Any]], *, as_json: bool, one: bool = False) -> None:
    if as_json:
        print_json(offers[0] if one else offers)
        return
    shown = [
        {**offer, "credentials": ", ".join(offer["credential_configuration_ids"])}
        | {name: offer[name] or "-" for name in ("created_at", "opened_at", "expires_at")}
        for offer in offers
    ]
    print_rows(COLUMNS, shown)


async def _create(
    types: list[str], subject: str, register_number: str, *, tx_code: bool, terms: OfferTerms
) -> dict[str, Any]:
    settings = issuer_settings()
    async with opened_issuer(settings) as issuer:
        created = await issuer.offers.create(
            await _subject_ref(issuer, subject, register_number),
            [ConfigurationId(name) for name in types],
            with_transaction_code=tx_code,
            actor=CLI,
            terms=terms,
        )
    return _described(created, OfferMessages(settings.public_url, allow_http=not settings.https))


def _described(created: CreatedOffer, messages: OfferMessages) -> dict[str, Any]:
    return {
        "offer_id": created.offer.offer_id,
        "account": created.account,
        "credential_offer_link": messages.link_by_reference(created.reference),
        "page_url": messages.page_url(created.page),
        "tx_code": created.transaction_code,
        "tx_code_to": created.code_recipient,
        "expires_at": created.offer.expires_at.isoformat(timespec="seconds"),
    }


async def _show(offer_id: str) -> dict[str, Any]:
    async with opened_issuer(issuer_settings()) as issuer:
        return offer_state(*await issuer.offers.state(OfferId(offer_id))).model_dump(mode="json")


async def _list(subject: str, register_number: str) -> list[dict[str, Any]]:
    async with opened_issuer(issuer_settings()) as issuer:
        subject_ref = await _subject_ref(issuer, subject, register_number)
        found = await issuer.offers.of_person(subject_ref)
        return [offer_state(offer, state).model_dump(mode="json") for offer, state in found]


async def _withdraw(offer_id: str) -> str:
    async with opened_issuer(issuer_settings()) as issuer:
        await issuer.offers.withdraw(OfferId(offer_id), actor=CLI)
        _, state = await issuer.offers.state(OfferId(offer_id))
        return state.value


async def _subject_ref(issuer: Issuer, subject: str, register_number: str) -> SubjectRef:
    if subject:
        return SubjectRef(subject)
    found = await issuer.outside.directory.search(register_number, limit=5)
    wanted = register_number.upper()
    matching = [subject_ref for subject_ref, resident in found if resident.register_number == wanted]
    if not matching:
        fail("the register has no such number")
    return matching[0]
