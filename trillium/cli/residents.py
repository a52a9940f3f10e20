"""``trillium residents``: the sandbox's register."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from issuer.app import opened_issuer
from issuer.services.import_residents import ImportReport
from trillium.cli.local import issuer_settings
from trillium.cli.output import FAILED, JsonOption, console, errors, print_json, print_rows, run

app = typer.Typer(help="The register of residents.", no_args_is_help=True)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the good rows all the same.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fill or update the register from a CSV file. Nothing is imported unless every row is good."""
    report = run(lambda: _import(file, skip_bad=skip_bad, quiet=as_json))
    if as_json:
        print_json(_as_dictionary(report))
    else:
        _print(report)
    if report.refused:
        raise typer.Exit(FAILED)


@app.command("search")
def search(text: str, as_json: JsonOption = False) -> None:
    """Find people by part of a name, accents or not, or by register number."""

    async def work() -> list[dict[str, Any]]:
        async with opened_issuer(issuer_settings()) as issuer:
            found = await issuer.outside.directory.search(text, limit=20)
        return [
            {
                "subject_ref": subject_ref,
                "register_number": resident.register_number,
                "name": " ".join(name for name in (resident.given_name, resident.family_name) if name),
                "birthdate": resident.birthdate.isoformat(),
            }
            for subject_ref, resident in found
        ]

    rows = run(work)
    if as_json:
        print_json(rows)
    else:
        print_rows(("subject_ref", "register_number", "name", "birthdate"), rows)


async def _import(file: Path, *, skip_bad: bool, quiet: bool) -> ImportReport:
    settings = issuer_settings()
    async with opened_issuer(settings) as issuer:
        today = issuer.outside.clock.now().astimezone(settings.zone).date()
        # A wrong byte is one bad cell and not the end of the file.
        with (
            file.open(encoding="utf-8", errors="surrogateescape", newline="") as lines,
            _progress(lines, file, quiet=quiet) as watched,
        ):
            return await issuer.residents(watched, today=today, skip_bad=skip_bad)


@contextmanager
def _progress(lines: Iterable[str], file: Path, *, quiet: bool) -> Iterator[Iterable[str]]:
    """Shows how much of the file has been read."""
    columns = (
        TextColumn("reading {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True, disable=quiet) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)

        def watched() -> Iterator[str]:
            for line in lines:
                progress.advance(task, len(line.encode("utf-8", "surrogateescape")))
                yield line

        yield watched()


def _print(report: ImportReport) -> None:
    for cell in report.bad:
        place = f"line {cell.line}" + (f", {cell.column}" if cell.column else "")
        errors.print(f"{place}: {cell.text} [{cell.reason.value}]", markup=False)
    counts = report.counts
    if report.refused:
        errors.print(f"{len(report.bad)} problems; nothing was imported.")
    else:
        console.print(f"{counts.imported} imported, {counts.updated} updated, {counts.unchanged} unchanged.")


def _as_dictionary(report: ImportReport) -> dict[str, Any]:
    return {
        "imported": report.counts.imported,
        "updated": report.counts.updated,
        "unchanged": report.counts.unchanged,
        "bad": [
            {"line": cell.line, "column": cell.column, "reason_code": cell.reason.value, "reason": cell.text}
            for cell in report.bad
        ],
    }
