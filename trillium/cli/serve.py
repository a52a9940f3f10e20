"""``trillium serve``: all three applications, or one of them."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

import issuer.app
import issuer.settings
import verifier.app
import verifier.settings
import wallet_api.app
import wallet_api.settings
from issuer.domain.problems import BadCredentialTypes
from trillium.cli.local import remember_base_url
from trillium.cli.output import console, fail, told
from trillium.combined import ProductionRefusal, create_combined
from trillium.runtime.logs import configure_logging
from trillium.runtime.mounting import mount
from trillium.runtime.packaging import verify_packages
from trillium.runtime.pages import STATIC_FOLDER, has_ontario_look
from trillium.runtime.server import ServerOptions, run_server
from trillium.runtime.settings import SharedSettings

log: Final = structlog.get_logger()


class App(StrEnum):
    """What to serve."""

    ALL = "all"
    ISSUER = "issuer"
    VERIFIER = "verifier"
    WALLET = "wallet"


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    app: Annotated[App, typer.Option(help="One application, or all in one process.")] = App.ALL,
    public_url: Annotated[
        str, typer.Option(help="All in one: how browsers and wallets reach the server.")
    ] = "",
) -> None:
    """Start the server. The first start makes keys, certificates and databases under ``var/``."""
    verify_packages()
    configure_logging(SharedSettings().log_format)
    options = ServerOptions(host=host, port=port, trusted_proxies=_trusted_proxies(app))
    tell_look(STATIC_FOLDER)
    with told():
        _serve(app, public_url or f"http://localhost:{port}", options)


def tell_look(static: Path) -> None:
    """Says once, to the person and in the log, when the pages have to do without their look."""
    if not has_ontario_look(static):
        console.print(
            "The pages have a plain look: `make assets` installs the Ontario Design System (with npm)"
        )
        log.warning("ontario_look_missing")


def _trusted_proxies(app: App) -> Sequence[str]:
    """Whose word on the client's address is believed; all in one goes by the issuer's setting."""
    settings: SharedSettings
    if app is App.VERIFIER:
        settings = verifier.settings.Settings()
    elif app is App.WALLET:
        settings = wallet_api.settings.Settings()
    else:
        settings = issuer.settings.Settings()
    return settings.trusted_proxies


def _serve(app: App, base: str, options: ServerOptions) -> None:
    try:
        if app is App.ALL:
            combined = create_combined(base)
            remember_base_url(issuer.settings.Settings().var_dir, base)
            console.print(f"Trillium is at [bold]{base}[/]  (stop it with Ctrl-C)")
            run_server(combined, options)
        elif app is App.ISSUER:
            run_server(mount([issuer.app.create_part(issuer.settings.Settings())]), options)
        elif app is App.VERIFIER:
            run_server(mount([verifier.app.create_part(verifier.settings.Settings())]), options)
        else:
            run_server(mount([wallet_api.app.create_part(wallet_api.settings.Settings())]), options)
    except (ProductionRefusal, BadCredentialTypes) as refusal:
        fail(str(refusal))
