"""``trillium residents``: the sandbox's register of people."""

from pathlib import Path
from typing import Annotated, Any

import typer

from issuer.app import opened_issuer
from issuer.app.offering import keep_contact
from issuer.domain.subject import Guardianship, is_in_force, kind_of, name_of
from trillium.cli.local import issuer_settings
from trillium.cli.output import JsonOption, console, fail, print_json, print_rows, run
from trillium.cli.register_import import import_register

app = typer.Typer(help="The register of residents.", no_args_is_help=True)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the good rows all the same.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fill or update the register from a CSV file. Nothing is imported unless every row is good."""
    import_register(file, lambda issuer: issuer.residents, skip_bad=skip_bad, as_json=as_json)


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
                "name": name_of(resident),
                "birthdate": resident.birthdate.isoformat(),
            }
            for subject_ref, resident in found
        ]

    _show(("subject_ref", "register_number", "name", "birthdate"), run(work), as_json=as_json)


@app.command("contact")
def contact(
    register_number: str,
    mail: Annotated[str, typer.Option(help="The address; left out, none is kept any more.")] = "",
) -> None:
    """Where a resident gets transaction codes (ISSUER_TX_CODE_CHANNEL=mail)."""

    async def work() -> None:
        async with opened_issuer(issuer_settings()) as issuer:
            people = await issuer.outside.directory.search(register_number, limit=20)
            wanted = register_number.strip().upper()
            found = [ref for ref, resident in people if resident.register_number == wanted]
            if not found:
                fail("the register has no such number")
            await keep_contact(issuer.outside)(found[0], mail or None)

    run(work)
    console.print("The address is kept." if mail else "No address is kept.")


@app.command("holdings")
def holdings(register_number: str, as_json: JsonOption = False) -> None:
    """What a person may hold credentials about: themselves, children in their care, businesses."""

    async def work() -> list[dict[str, Any]]:
        settings = issuer_settings()
        async with opened_issuer(settings) as issuer:
            today = issuer.outside.clock.now().astimezone(settings.zone).date()
            people = await issuer.outside.directory.search(register_number, limit=20)
            wanted = register_number.strip().upper()
            refs = [ref for ref, resident in people if resident.register_number == wanted]
            found = [one for ref in refs for one in await issuer.outside.directory.holdings(ref)]
        return [
            {
                "subject_ref": one.subject_ref,
                "kind": "child" if isinstance(one.subject, Guardianship) else kind_of(one.subject).value,
                "name": name_of(one.subject),
                "in_force": is_in_force(one.subject, today),
            }
            for one in found
        ]

    _show(("subject_ref", "kind", "name", "in_force"), run(work), as_json=as_json)


def _show(columns: tuple[str, ...], rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
    else:
        print_rows(columns, rows)
