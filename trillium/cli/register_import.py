"""Filling a register from a file: progress while it is read, and what came of it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from issuer.app import Issuer, opened_issuer
from issuer.services.import_file import ImportReport
from trillium.cli.local import issuer_settings
from trillium.cli.output import FAILED, console, errors, print_json, run


class ImportUseCase(Protocol):
    """`ImportResidents` or `ImportBusinesses`."""

    def __call__(self, lines: Iterable[str], *, today: date, skip_bad: bool) -> Awaitable[ImportReport]: ...


def import_register(
    file: Path, use_case: Callable[[Issuer], ImportUseCase], *, skip_bad: bool, as_json: bool
) -> None:
    """Reads the file, says what is wrong with it or what was done, and ends with the exit code for it."""
    report = run(lambda: _import(file, use_case, skip_bad=skip_bad, quiet=as_json))
    if as_json:
        print_json(_as_dictionary(report))
    else:
        _print(report)
    if report.refused:
        raise typer.Exit(FAILED)


async def _import(
    file: Path, use_case: Callable[[Issuer], ImportUseCase], *, skip_bad: bool, quiet: bool
) -> ImportReport:
    settings = issuer_settings()
    async with opened_issuer(settings) as issuer:
        today = issuer.outside.clock.now().astimezone(settings.zone).date()
        # A wrong byte is one bad cell and not the end of the file.
        with (
            file.open(encoding="utf-8", errors="surrogateescape", newline="") as lines,
            _progress(lines, file, quiet=quiet) as watched,
        ):
            return await use_case(issuer)(watched, today=today, skip_bad=skip_bad)


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
        errors.print(f"{place}: {cell.text} [{cell.reason.value}]", markup=False, soft_wrap=True)
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
