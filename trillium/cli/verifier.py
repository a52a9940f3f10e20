"""``trillium verifier``: relying services and presets."""

from typing import Annotated, Any

import typer

from trillium.cli.local import verifier_settings
from trillium.cli.output import JsonOption, console, print_json, print_rows, run
from verifier.app import opened_verifier
from verifier.domain.event import Actor

app = typer.Typer(help="The verifier's relying services and presets.", no_args_is_help=True)
client = typer.Typer(help="Relying services.", no_args_is_help=True)
app.add_typer(client, name="client")
CLI = Actor("cli")


@client.command("add")
def add(
    name_en: Annotated[str, typer.Option(help="Name in English.")],
    name_fr: Annotated[str, typer.Option(help="Name in French.")],
    presets: Annotated[list[str], typer.Option("--preset", help="What it may ask; may be repeated.")],
    as_json: JsonOption = False,
) -> None:
    """Register a relying service. Its secret is shown once."""

    async def work() -> dict[str, Any]:
        settings, trust = verifier_settings()
        async with opened_verifier(settings, trust=trust) as services:
            names = {"en-CA": name_en, "fr-CA": name_fr}
            registered = await services.clients.register(names, presets, actor=CLI)
        return {"client_id": registered.service.client_id, "client_secret": registered.secret}

    answer = run(work)
    if as_json:
        print_json(answer)
    else:
        console.print(f"client_id      {answer['client_id']}")
        console.print(f"client_secret  {answer['client_secret']}  (shown once)")


@app.command("presets")
def list_presets(as_json: JsonOption = False) -> None:
    """What relying services can ask for."""

    async def work() -> list[dict[str, Any]]:
        settings, trust = verifier_settings()
        async with opened_verifier(settings, trust=trust) as services:
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
