"""``trillium verifier``: relying services and presets."""

from typing import Any

import typer

from trillium.cli import verifier_bundles, verifier_clients
from trillium.cli.local import verifier_settings
from trillium.cli.output import JsonOption, print_json, print_rows, run
from verifier.app import opened_verifier

app = typer.Typer(help="The verifier's relying services and presets.", no_args_is_help=True)
app.add_typer(verifier_clients.app, name="client")
app.add_typer(verifier_bundles.app, name="bundle")


@app.command("presets")
def list_presets(as_json: JsonOption = False) -> None:
    """What relying services can ask for."""

    async def work() -> list[dict[str, Any]]:
        settings = verifier_settings()
        async with opened_verifier(settings) as services:
            return [
                {
                    "preset": preset.id,
                    "name": preset.names["en-CA"],
                    "nom": preset.names["fr-CA"],
                    "claims": ", ".join(
                        dict.fromkeys(
                            ".".join(str(part) for part in claim.path)
                            for credential in preset.query.credentials
                            for claim in credential.claims or ()
                        )
                    ),
                }
                for preset in services.presets.values()
            ]

    rows = run(work)
    if as_json:
        print_json(rows)
    else:
        print_rows(("preset", "name", "nom", "claims"), rows)
