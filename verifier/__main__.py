"""``python -m verifier``: the verifier alone, under the path of its public URL."""

from trillium.runtime.logs import configure_logging
from trillium.runtime.mounting import mount
from trillium.runtime.packaging import verify_packages
from trillium.runtime.server import ServerOptions, run_server
from verifier.app import create_part
from verifier.settings import Settings

if __name__ == "__main__":
    verify_packages()
    settings = Settings()
    configure_logging(settings.log_format)
    run_server(mount([create_part(settings)]), ServerOptions(trusted_proxies=settings.trusted_proxies))
