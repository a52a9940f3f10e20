"""What holds for every test: nothing leaves this machine, and a busy machine is no failure."""

import hypothesis
import pytest

pytest_plugins = ["tests.postgresql", "tests.distribution"]

hypothesis.settings.register_profile(
    "here", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("here")

LOOPBACK = "127.0.0.1,::1,localhost"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Sets the options of pytest-socket before it reads them: loopback and unix sockets only."""
    config.option.allow_hosts = LOOPBACK
    config.option.allow_unix_socket = True
