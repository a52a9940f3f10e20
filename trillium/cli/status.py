"""``trillium status``: revoke, suspend and reinstate; running servers publish within two seconds."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from issuer.app import opened_issuer
from issuer.domain.event import Actor, SubjectRef
from issuer.domain.records import IssuanceId
from issuer.domain.status import StatusChange
from issuer.services.change_status import ChangeStatus, StatusChanged
from issuer.web.management_messages import StatusReason
from trillium.cli.local import issuer_settings
from trillium.cli.output import MISUSED, JsonOption, console, fail, print_json, print_rows, run

app = typer.Typer(help="The status of issued credentials.", no_args_is_help=True)
CLI = Actor("cli")

SubjectOption = Annotated[str, typer.Option("--subject", help="Every credential of this subject_ref.")]
IssuanceOption = Annotated[str, typer.Option("--issuance", help="One credential, by its issuance_id.")]
HeldOption = Annotated[
    bool,
    typer.Option("--held", help="With --subject: also what that person may hold for a child or a business."),
]
ReasonOption = Annotated[StatusReason, typer.Option("--reason", help="Why; kept in the record of events.")]


@dataclass(frozen=True, slots=True)
class Cards:
    """Which: a person's by ``subject``, or one by ``issuance``."""

    subject: str
    issuance: str
    held: bool


@app.command()
def revoke(
    reason: ReasonOption,
    subject: SubjectOption = "",
    issuance: IssuanceOption = "",
    held: HeldOption = False,
    as_json: JsonOption = False,
) -> None:
    """End credentials for good."""
    _change(StatusChange.REVOKE, reason, Cards(subject, issuance, held), as_json=as_json)


@app.command()
def suspend(
    reason: ReasonOption,
    subject: SubjectOption = "",
    issuance: IssuanceOption = "",
    held: HeldOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put credentials out of use until they are reinstated."""
    _change(StatusChange.SUSPEND, reason, Cards(subject, issuance, held), as_json=as_json)


@app.command()
def reinstate(
    reason: ReasonOption,
    subject: SubjectOption = "",
    issuance: IssuanceOption = "",
    held: HeldOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make suspended credentials valid again."""
    _change(StatusChange.REINSTATE, reason, Cards(subject, issuance, held), as_json=as_json)


@app.command("list")
def list_credentials(subject: Annotated[str, typer.Option("--subject")], as_json: JsonOption = False) -> None:
    """The credentials of a person."""

    async def work() -> list[dict[str, Any]]:
        async with opened_issuer(issuer_settings()) as issuer:
            cards = await issuer.outside.stores.issuances.issuances_of(SubjectRef(subject))
        return [
            {
                "issuance_id": card.issuance_id,
                "type": card.configuration_id,
                "copies": card.copies,
                "status": ("valid", "revoked", "suspended")[card.status],
                "expires_at": card.expires_at.isoformat(timespec="seconds"),
            }
            for card in cards
        ]

    rows = run(work)
    if as_json:
        print_json(rows)
    else:
        print_rows(("issuance_id", "type", "copies", "status", "expires_at"), rows)


async def _changed(
    statuses: ChangeStatus, change: StatusChange, reason: StatusReason, cards: Cards
) -> StatusChanged:
    if not cards.subject:
        return await statuses.of_card(IssuanceId(cards.issuance), change, actor=CLI, reason=reason.value)
    of_whom = statuses.of_holder if cards.held else statuses.of_person
    return await of_whom(SubjectRef(cards.subject), change, actor=CLI, reason=reason.value)


def _change(change: StatusChange, reason: StatusReason, cards: Cards, *, as_json: bool) -> None:
    if bool(cards.subject) == bool(cards.issuance):
        fail("name a person by --subject or a credential by --issuance", code=MISUSED)
    if cards.held and not cards.subject:
        fail("--held goes with --subject: only a person holds something", code=MISUSED)

    async def work() -> dict[str, Any]:
        async with opened_issuer(issuer_settings()) as issuer:
            changed = await _changed(issuer.statuses, change, reason, cards)
        return {"issuance_ids": list(changed.issuance_ids), "changed_copies": changed.changed_copies}

    answer = run(work)
    if as_json:
        print_json(answer)
    else:
        console.print(
            f"{len(answer['issuance_ids'])} credentials, {answer['changed_copies']} copies."
            " Running servers publish within two seconds."
        )
