"""What commands print: for people, or with ``--json`` one JSON document for machines; and how they end."""

import json
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn, TypeAlias, TypeVar

import typer
import uvloop
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from keys.errors import CustodyError
from specs.errors import ProtocolError
from trillium.runtime.database import DatabaseError

T = TypeVar("T")

JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

TAKES_ID = {"ignore_unknown_options": True}
"""For commands whose argument is a random identifier: one in 64 begins with a hyphen and is no option."""

WHOLE_LINES = 2000
FAILED = 1
MISUSED = 2


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Runs a command's work; a refusal ends it with its sentence and exit code 1."""
    with told():
        return uvloop.run(work())


@contextmanager
def told() -> Iterator[None]:
    """Turns what we know can go wrong into one line on standard error."""
    try:
        yield
    except ProtocolError as error:
        fail(f"{error.text} ({error.code})")
    except (CustodyError, DatabaseError) as error:
        fail(str(error))
    except OSError as error:
        # A file or folder that somebody named, or one of the installation's.
        fail(escape(": ".join(str(part) for part in (error.filename, error.strerror or error) if part)))


def fail(text: str, *, code: int = FAILED) -> NoReturn:
    """Ends the command with a line on standard error."""
    errors.print(f"[bold red]trillium:[/] {text}", markup=True)
    raise typer.Exit(code)


def print_json(value: Any) -> None:
    """One document, readable and in UTF-8."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def print_rows(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """A table for people."""
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    # What is piped elsewhere has no edge at which to cut.
    sheet = console if console.is_terminal else Console(highlight=False, width=WHOLE_LINES)
    sheet.print(table)
