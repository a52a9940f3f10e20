"""``trillium demo``: the whole story in plain words, with the time each step takes."""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from trillium.cli.demo.api import DemoApi
from trillium.cli.demo.attacks import replay, tamper
from trillium.cli.demo.forger import Forger
from trillium.cli.demo.report import Report, Step
from trillium.cli.demo.server import DemoServer, ServerDidNotStart, own_server, running_server
from trillium.cli.demo.story import (
    Story,
    import_residents,
    look,
    minor,
    out_of_reach,
    prove_age,
    prove_residence,
    receive,
    revoke,
    suspend,
)
from trillium.cli.output import FAILED, JsonOption, console, fail, print_json

__all__ = ["demo"]


def demo(
    url: Annotated[str, typer.Option(help="A running server; without it, one is started for this.")] = "",
    var_dir: Annotated[
        Path, typer.Option(help="With --url: the server's var folder, for its management token.")
    ] = Path("var"),
    as_json: JsonOption = False,
) -> None:
    """Tell the whole story: issue, hold, show, forge, revoke, suspend, lose sight of."""
    report = Report(None if as_json else console)
    try:
        with _server(url, var_dir) as server, closing(DemoApi(server)) as api, closing(Forger(server)) as bad:
            Story(api, report).tell(_steps(bad))
    except ServerDidNotStart as error:
        fail(f"the server did not start:\n{error}")
    except FileNotFoundError as error:
        fail(f"cannot read {error.filename}: is the server's var folder right?")
    if as_json:
        print_json(report.as_dictionary())
    elif report.ended_as_expected:
        console.print(f"\n[bold green]All {len(report.steps)} steps ended as they must.[/]")
    if not report.ended_as_expected:
        raise typer.Exit(FAILED)


def _server(url: str, var_dir: Path) -> AbstractContextManager[DemoServer]:
    return nullcontext(running_server(url, var_dir)) if url else own_server()


def _steps(forger: Forger) -> list[tuple[str, Callable[[Story, Step], None]]]:
    def cheat_by_altering(story: Story, step: Step) -> None:
        tamper(story, step, forger)

    def cheat_by_repeating(story: Story, step: Step) -> None:
        replay(story, step, forger)

    return [
        ("The register of residents is imported", import_residents),
        ("A resident is offered two credentials and receives ten copies of each", receive),
        ("A look at the card: what is hidden, what is shown", look),
        ("She proves that she is 19 or over, without a birth date", prove_age),
        ("A minor has nothing to show", minor),
        ("She proves that she lives in Ontario, without a street", prove_residence),
        ("A presentation is tampered with, and refused", cheat_by_altering),
        ("A presentation is replayed, and refused", cheat_by_repeating),
        ("Her credentials are revoked: published, and refused as revoked", revoke),
        ("Somebody else's are suspended, refused as suspended, and reinstated", suspend),
        ("The status list cannot be reached: neither yes nor no", out_of_reach),
    ]
