"""``trillium verifier``: relying services and presets."""

import typer

from trillium.cli import (
    verifier_bundles,
    verifier_clients,
    verifier_evidence,
    verifier_presets,
    verifier_receipts,
)

app = typer.Typer(help="The verifier's relying services and presets.", no_args_is_help=True)
app.add_typer(verifier_clients.app, name="client")
app.add_typer(verifier_bundles.app, name="bundle")
app.add_typer(verifier_receipts.app, name="receipt")
app.add_typer(verifier_evidence.app, name="evidence")
app.command("presets")(verifier_presets.presets)
