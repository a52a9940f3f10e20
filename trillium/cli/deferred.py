"""``trillium deferred``: decide about requests for credentials that somebody has to decide about."""

from typing import Annotated, Any

import typer

from issuer.app import opened_issuer
from issuer.domain.deferred import DeferralId, DenialReason
from issuer.domain.event import Actor, SubjectRef
from trillium.cli.local import issuer_settings
from trillium.cli.output import TAKES_ID, JsonOption, console, print_json, print_rows, run

app = typer.Typer(help="Deferred credential requests.", no_args_is_help=True)
CLI = Actor("cli")
COLUMNS = ("deferral_id", "subject_ref", "type", "waits_for", "state", "copies", "requested_at", "expires_at")

DeferralArgument = Annotated[str, typer.Argument(help="The request's deferral_id.")]
ReasonOption = Annotated[DenialReason, typer.Option("--reason", help="Why; the wallet is not told.")]


@app.command("list")
def list_deferred(
    subject: Annotated[str, typer.Option("--subject", help="Only those of this subject_ref.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Requests that wait for a decision or for their wallet, oldest first."""

    async def work() -> list[dict[str, Any]]:
        async with opened_issuer(issuer_settings()) as issuer:
            decisions = issuer.issuing.decisions
            found = await decisions.waiting(SubjectRef(subject) if subject else None)
        return [
            {
                "deferral_id": one.deferral_id,
                "subject_ref": one.subject_ref,
                "type": one.configuration_id,
                "waits_for": decisions.waits_for(one),
                "state": state.value,
                "copies": len(one.holder_keys),
                "requested_at": one.requested_at.isoformat(timespec="seconds"),
                "expires_at": one.expires_at.isoformat(timespec="seconds"),
            }
            for one, state in found
        ]

    rows = run(work)
    if as_json:
        print_json(rows)
    else:
        print_rows(COLUMNS, rows)


@app.command(context_settings=TAKES_ID)
def approve(deferral_id: DeferralArgument) -> None:
    """Let the wallet have the credential when it asks the next time."""

    async def work() -> None:
        async with opened_issuer(issuer_settings()) as issuer:
            await issuer.issuing.decisions.approve(DeferralId(deferral_id), actor=CLI)

    run(work)
    console.print("Approved. The wallet gets the credential when it asks the next time.")


@app.command(context_settings=TAKES_ID)
def deny(deferral_id: DeferralArgument, reason: ReasonOption) -> None:
    """Refuse the credential for good."""

    async def work() -> None:
        async with opened_issuer(issuer_settings()) as issuer:
            await issuer.issuing.decisions.deny(DeferralId(deferral_id), reason, actor=CLI)

    run(work)
    console.print("Denied. The wallet is told that there will be no credential.")
