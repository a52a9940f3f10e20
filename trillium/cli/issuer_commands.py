"""``trillium issuer``: what somebody who makes credential types and runs an issuer looks at."""

from pathlib import Path
from typing import Annotated, Any

import typer

from issuer.clients.credential_types import read_configurations
from issuer.domain.configuration import BuiltConfigurations
from trillium.cli.linkability import linkability
from trillium.cli.local import issuer_settings
from trillium.cli.output import FAILED, JsonOption, console, errors, fail, print_json

app = typer.Typer(help="Credential types, and what copies give away.", no_args_is_help=True)
app.command("linkability")(linkability)


@app.command("check")
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            exists=True, file_okay=False, help="A folder of types, or of one type; else those configured."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check credential types before an issuer starts with them: every problem with its file and member."""
    settings = issuer_settings()
    chosen = folder or settings.credential_types_dir
    try:
        built = read_configurations(chosen, vct_base=settings.type_base)
    except OSError as error:
        fail(f"cannot read {error.filename}: {error.strerror}")
    if as_json:
        print_json(_as_dictionary(built))
    else:
        _print(built)
    if built.problems:
        raise typer.Exit(FAILED)


def _print(built: BuiltConfigurations) -> None:
    for configuration in built.good.values():
        console.print(f"[green]good[/]     {configuration.id}  [dim]{configuration.vct}[/]", soft_wrap=True)
    for name in dict.fromkeys(problem.type_name for problem in built.problems):
        console.print(f"[bold red]stopped[/]  {name or '(all)'}", soft_wrap=True)
        for problem in built.problems_of(name):
            errors.print(str(problem), markup=False, soft_wrap=True)


def _as_dictionary(built: BuiltConfigurations) -> dict[str, Any]:
    return {
        "ok": not built.problems,
        "good": [{"type": one.id, "vct": one.vct} for one in built.good.values()],
        "problems": [
            {"type": one.type_name, "file": one.file, "member": one.member, "reason": one.text}
            for one in built.problems
        ],
    }
