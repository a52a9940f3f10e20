"""``trillium businesses``: the sandbox's register of businesses."""

from pathlib import Path
from typing import Annotated, Any

import typer

from issuer.app import opened_issuer
from trillium.cli.local import issuer_settings
from trillium.cli.output import JsonOption, print_json, print_rows, run
from trillium.cli.register_import import import_register

app = typer.Typer(help="The register of businesses.", no_args_is_help=True)
_COLUMNS = ("subject_ref", "business_number", "name_en", "name_fr", "status")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the good rows all the same.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fill or update the register from a CSV file, after the residents. Nothing is imported unless every row
    is good."""
    import_register(file, lambda issuer: issuer.businesses, skip_bad=skip_bad, as_json=as_json)


@app.command("search")
def search(text: str, as_json: JsonOption = False) -> None:
    """Find businesses by part of a name in either language, accents or not, or by registration number."""

    async def work() -> list[dict[str, Any]]:
        async with opened_issuer(issuer_settings()) as issuer:
            found = await issuer.outside.directory.search_businesses(text, limit=20)
        return [
            {
                "subject_ref": subject_ref,
                "business_number": business.number,
                "name_en": business.name_en or "",
                "name_fr": business.name_fr or "",
                "status": business.status.value,
            }
            for subject_ref, business in found
        ]

    rows = run(work)
    if as_json:
        print_json(rows)
    else:
        print_rows(_COLUMNS, rows)
