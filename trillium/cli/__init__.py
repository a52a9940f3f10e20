"""The ``trillium`` command: one file per group."""

import logging
import sys

import structlog
import typer

from trillium.cli import (
    businesses,
    deferred,
    demo,
    doctor,
    issuer_commands,
    keys,
    offer,
    residents,
    serve,
    status,
    trust,
    trust_lote,
    verifier,
)


def _keep_logs_apart(context: typer.Context) -> None:
    """Standard output is a command's answer; what is worth a warning goes to standard error.

    A command that serves sets up logs of its own. Whoever calls a command within a program gets its own back.
    """
    before = structlog.get_config()
    context.call_on_close(lambda: structlog.configure(**before))
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


app = typer.Typer(
    name="trillium",
    callback=_keep_logs_apart,
    help="Verifiable digital identity: issue, hold, present, verify and revoke credentials.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.add_typer(residents.app, name="residents")
app.add_typer(businesses.app, name="businesses")
app.add_typer(offer.app, name="offer")
app.add_typer(status.app, name="status")
app.add_typer(deferred.app, name="deferred")
app.add_typer(verifier.app, name="verifier")
app.add_typer(keys.app, name="keys")
trust.app.command("import-lote")(trust_lote.import_lote)
app.add_typer(trust.app, name="trust")
app.add_typer(issuer_commands.app, name="issuer")
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Entry point of the console script."""
    app()
