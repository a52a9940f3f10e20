"""``trillium status``: revoke, suspend and reinstate; running servers publish within two seconds."""

from typing import Annotated, Any

import typer

from issuer.app import opened_issuer
from issuer.domain.event import Actor, SubjectRef
from issuer.domain.records import IssuanceId
from issuer.domain.status import StatusChange
from issuer.web.management_messages import StatusReason
from trillium.cli.local import issuer_settings
from trillium.cli.output import MISUSED, JsonOption, console, fail, print_json, print_rows, run

app = typer.Typer(help="The status of issued credentials.", no_args_is_help=True)
CLI = Actor("cli")

SubjectOption = Annotated[str, typer.Option("--subject", help="Every credential of this subject_ref.")]
IssuanceOption = Annotated[str, typer.Option("--issuance", help="One credential, by its issuance_id.")]
ReasonOption = Annotated[StatusReason, typer.Option("--reason", help="Why; kept in the record of events.")]


@app.command()
def revoke(
    reason: ReasonOption,
    subject: SubjectOption = "",
    issuance: IssuanceOption = "",
    as_json: JsonOption = False,
) -> None:
    """End credentials for good."""
    _change(StatusChange.REVOKE, reason, subject, issuance, as_json=as_json)


@app.command()
def suspend(
    reason: ReasonOption,
    subject: SubjectOption = "",
    issuance: IssuanceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Put credentials out of use until they are reinstated."""
    _change(StatusChange.SUSPEND, reason, subject, issuance, as_json=as_json)


@app.command()
def reinstate(
    reason: ReasonOption,
    subject: SubjectOption = "",
    issuance: IssuanceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Make suspended credentials valid again."""
    _change(StatusChange.REINSTATE, reason, subject, issuance, as_json=as_json)


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


def _change(
    change: StatusChange, reason: StatusReason, subject: str, issuance: str, *, as_json: bool
) -> None:
    if bool(subject) == bool(issuance):
        fail("name a person by --subject or a credential by --issuance", code=MISUSED)

    async def work() -> dict[str, Any]:
        async with opened_issuer(issuer_settings()) as issuer:
            services = issuer.statuses
            if subject:
                changed = await services.of_person(
                    SubjectRef(subject), change, actor=CLI, reason=reason.value
                )
            else:
                changed = await services.of_card(IssuanceId(issuance), change, actor=CLI, reason=reason.value)
        return {"issuance_ids": list(changed.issuance_ids), "changed_copies": changed.changed_copies}

    answer = run(work)
    if as_json:
        print_json(answer)
    else:
        console.print(
            f"{len(answer['issuance_ids'])} credentials, {answer['changed_copies']} copies."
            " Running servers publish within two seconds."
        )
