"""``python -m wallet_api``: the wallet alone, under the path of its public URL."""

from trillium.runtime.mounting import mount
from trillium.runtime.server import ServerOptions, run_server
from wallet_api.app import create_part
from wallet_api.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    run_server(mount([create_part(settings)]), ServerOptions(trusted_proxies=settings.trusted_proxies))
