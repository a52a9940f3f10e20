"""``trillium offer``: offer credentials to a resident."""

from typing import Annotated, Any

import typer

from issuer.app import Issuer, opened_issuer
from issuer.domain.event import Actor, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.web.offer_messages import OfferMessages
from trillium.cli.local import issuer_settings
from trillium.cli.output import MISUSED, JsonOption, console, fail, print_json, run

app = typer.Typer(help="Credential offers.", no_args_is_help=True)
CLI = Actor("cli")


@app.command("create")
def create(
    types: Annotated[list[str], typer.Option("--type", help="Credential type; may be repeated.")],
    subject: Annotated[str, typer.Option(help="The person's subject_ref.")] = "",
    register_number: Annotated[str, typer.Option(help="The person's register number.")] = "",
    tx_code: Annotated[bool, typer.Option("--tx-code", help="Ask for a transaction code.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make an offer with a pre-authorized code, valid for half an hour."""
    if bool(subject) == bool(register_number):
        fail("name the person by --subject or by --register-number", code=MISUSED)
    answer = run(lambda: _create(types, subject, register_number, tx_code=tx_code))
    if as_json:
        print_json(answer)
        return
    console.print(answer["credential_offer_link"], soft_wrap=True)
    if answer["tx_code"]:
        console.print(f"Transaction code, for another channel: [bold]{answer['tx_code']}[/]")


async def _create(types: list[str], subject: str, register_number: str, *, tx_code: bool) -> dict[str, Any]:
    settings = issuer_settings()
    async with opened_issuer(settings) as issuer:
        subject_ref = SubjectRef(subject) if subject else await _find(issuer, register_number)
        created = await issuer.offers.create(
            subject_ref, [ConfigurationId(name) for name in types], with_transaction_code=tx_code, actor=CLI
        )
    messages = OfferMessages(settings.public_url, allow_http=not settings.https)
    return {
        "offer_id": created.offer.offer_id,
        "credential_offer_link": messages.link_by_reference(created.reference),
        "tx_code": created.transaction_code,
        "expires_at": created.offer.expires_at.isoformat(timespec="seconds"),
    }


async def _find(issuer: Issuer, register_number: str) -> SubjectRef:
    found = await issuer.outside.directory.search(register_number, limit=5)
    wanted = register_number.upper()
    matching = [subject_ref for subject_ref, resident in found if resident.register_number == wanted]
    if not matching:
        fail("the register has no such number")
    return matching[0]
