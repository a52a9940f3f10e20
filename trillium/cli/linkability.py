"""``trillium issuer linkability``: what the copies of a batch give away, by measure, in plain words."""

from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.padding import Padding

from issuer.domain.linkability import Measurement, measure_linkability
from specs.sd_jwt_vc import parse_credential
from trillium.cli.demo.server import DemoServer, ServerDidNotStart, own_server, running_server
from trillium.cli.output import FAILED, MISUSED, JsonOption, console, fail, print_json, told
from trillium.cli.probing_wallet import IssuerRefused, ProbingWallet

RESIDENTS = ("ON-1000003", "ON-1007922")
"""Two of the residents that are shipped."""
COPIES = 10


@dataclass
class Report:
    """What was found, type by type; ``skipped``: types that these people cannot have, and why."""

    found: dict[str, list[Measurement]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return bool(self.found) and all(one.passed for found in self.found.values() for one in found)

    def as_dictionary(self) -> dict[str, Any]:
        return {
            "ok": self.passed,
            "types": {
                name: [
                    {"code": one.code, "passed": one.passed, "measured": one.measured, "meaning": one.text}
                    for one in found
                ]
                for name, found in self.found.items()
            },
            "skipped": self.skipped,
        }


def linkability(
    url: Annotated[
        str, typer.Option(help="The URL of a running issuer; without it, one is started for this.")
    ] = "",
    var_dir: Annotated[
        Path, typer.Option(help="With --url: the server's var folder, for its management token.")
    ] = Path("var"),
    types: Annotated[list[str] | None, typer.Option("--type", help="Credential type; else all.")] = None,
    people: Annotated[
        list[str] | None, typer.Option("--register-number", help="Two people, both told in this way.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Receive a batch each for two people, as a wallet does, and measure what could link the copies.

    The credentials are real ones of these two people, bound to keys that nobody keeps.
    """
    chosen = tuple(people or RESIDENTS)
    if len(set(chosen)) < 2:
        fail("name two different people: one batch alone shows nothing", code=MISUSED)
    report = Report()
    try:
        with (
            _server(url, var_dir) as server,
            closing(ProbingWallet(url or f"{server.base_url}/issuer", server)) as wallet,
            told(),
        ):
            if not url:
                wallet.import_residents()
            _measure(wallet, chosen, types, report)
    except ServerDidNotStart as error:
        fail(f"the server did not start:\n{error}")
    except FileNotFoundError as error:
        fail(f"cannot read {error.filename}: is the server's var folder right?")
    except IssuerRefused as error:
        fail(str(error))
    if as_json:
        print_json(report.as_dictionary())
    else:
        _print(report)
    if not report.passed:
        raise typer.Exit(FAILED)


def _server(url: str, var_dir: Path) -> AbstractContextManager[DemoServer]:
    return nullcontext(running_server(url, var_dir)) if url else own_server()


def _measure(wallet: ProbingWallet, people: tuple[str, ...], types: list[str] | None, report: Report) -> None:
    offered = wallet.batch_sizes()
    for name in types or offered:
        if name not in offered:
            raise IssuerRefused(f"the issuer has no type {name}")
        try:
            batches = [_receive(wallet, person, name, min(COPIES, offered[name])) for person in people]
        except IssuerRefused as error:
            if types:
                raise
            report.skipped[name] = str(error)
            continue
        read = [[parse_credential(text) for text in batch] for batch in batches]
        report.found[name] = measure_linkability(read)


def _receive(wallet: ProbingWallet, person: str, name: str, copies: int) -> list[str]:
    """A type may give out fewer copies than the issuer announces for all its types together."""
    while True:
        try:
            return wallet.receive(person, name, copies)
        except IssuerRefused as error:
            if copies == 1 or "invalid_credential_request" not in str(error):
                raise
            copies //= 2


def _print(report: Report) -> None:
    for name, found in report.found.items():
        console.print(f"\n[bold]{name}[/]")
        for one in found:
            mark = "[green]✓[/]" if one.passed else "[bold red]✗[/]"
            console.print(Padding(f"{mark} {one.text}", (0, 0, 0, 2)))
            console.print(Padding(f"[dim]{one.code}: {one.measured}[/]", (0, 0, 0, 4)))
    for name, why in report.skipped.items():
        console.print(f"\n[bold]{name}[/]: left out, {why}", soft_wrap=True)
    if report.passed:
        console.print("\n[bold green]Nothing links these copies.[/]")
    elif not report.found:
        console.print("\n[bold red]Nothing was measured.[/]")
    else:
        failed = sum(not one.passed for found in report.found.values() for one in found)
        console.print(f"\n[bold red]{failed} measurements found something that links copies.[/]")
