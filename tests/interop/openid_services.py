"""Relying services whose sign-in others wrote: Node with openid-client, Apache with mod_auth_openidc."""

import json
import os
import select
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.interop.server_process import TIMEOUT_S

HERE = Path(__file__).parent
START_S = 120.0
APACHE = "/usr/sbin/apache2"
MODULES = Path("/usr/lib/apache2/modules")
NEEDED = ("mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc", "headers", "alias", "dir")


@dataclass(frozen=True)
class NodeService:
    """One service of the Node process."""

    origin: str
    name: str

    @property
    def redirect_uri(self) -> str:
        return f"{self.url}/callback"

    @property
    def after_logout(self) -> str:
        return f"{self.url}/bye"

    @property
    def url(self) -> str:
        return f"{self.origin}/{self.name}"

    def set_up(self, **given: Any) -> dict[str, Any]:
        """`issuer`, `client_id`, `client_secret`, `authentication`; what it uses: see openid_client.mjs."""
        return self._post(self.url, given)

    def register(self, issuer: str, metadata: dict[str, Any], **given: Any) -> dict[str, Any]:
        """By itself, as RFC 7591 says; what the provider made of it."""
        found: dict[str, Any] = self._post(
            f"{self.url}/registration", {"issuer": issuer, "metadata": metadata, **given}
        )["client"]
        return found

    def _post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = httpx.post(url, json=body, timeout=TIMEOUT_S, trust_env=False)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def node_services(log_file: Path) -> Iterator[str]:
    """The origin below which services live."""
    node = shutil.which("node") or pytest.fail("no Node: run `make test`")
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [node, "openid_client.mjs"], cwd=HERE, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdout is not None
    try:
        ready, _, _ = select.select([process.stdout], [], [], START_S)
        assert ready, log_file.read_text()
        yield str(json.loads(process.stdout.readline())["origin"])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@dataclass(frozen=True)
class ApacheService:
    """A web site whose folder `/members` is for people who have signed in."""

    origin: str
    log_file: Path

    @property
    def redirect_uri(self) -> str:
        return f"{self.origin}/members/redirect_uri"

    @property
    def page(self) -> str:
        return f"{self.origin}/members/"

    @property
    def about_me(self) -> str:
        """What the module knows of the visitor, as JSON."""
        return f"{self.redirect_uri}?info=json"

    def logout(self, then: str) -> str:
        return f"{self.redirect_uri}?logout={then}"


def free_origin() -> str:
    """An origin on this machine that nobody has; a client is registered with it before its server starts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://localhost:{free.getsockname()[1]}"


@contextmanager
def apache_service(origin: str, rule: str = "valid-user", **options: str) -> Iterator[ApacheService]:
    """Starts Apache; ``rule``: who may enter; ``options`` are the module's own directives."""
    if not Path(APACHE).exists():
        pytest.fail("no Apache: run `make test`, or tools/install_system_packages.sh")
    with tempfile.TemporaryDirectory(prefix="apache-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # a server that root starts works as somebody else
        (folder / "site" / "members").mkdir(parents=True)
        (folder / "site" / "members" / "index.html").write_text(
            "<!doctype html><title>Members</title>Welcome"
        )
        (folder / "site" / "index.html").write_text("<!doctype html><title>Site</title>Everybody")
        (folder / "apache.conf").write_text(_configuration(folder, origin, rule, options))
        log_file = folder / "apache.log"
        command = [APACHE, "-f", str(folder / "apache.conf"), "-D", "FOREGROUND"]
        with log_file.open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait(process, origin, log_file)
            yield ApacheService(origin, log_file)
        finally:
            process.terminate()
            process.wait(60)


def _configuration(folder: Path, origin: str, rule: str, options: dict[str, str]) -> str:
    loaded = "\n".join(f"LoadModule {_module(name)} {MODULES}/mod_{name}.so" for name in NEEDED)
    directives = "\n".join(f"{name} {value}" for name, value in options.items())
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    return f"""
ServerRoot {folder}
ServerName {origin.removeprefix("http://")}
Listen {origin.replace("http://localhost", "127.0.0.1")}
PidFile {folder}/apache.pid
ErrorLog {folder}/apache.log
LogLevel warn
DefaultRuntimeDir {folder}
{loaded}
{user}
StartServers 1
ThreadsPerChild 8
DocumentRoot {folder}/site
DirectoryIndex index.html
OIDCRedirectURI {origin}/members/redirect_uri
OIDCCryptoPassphrase {os.urandom(16).hex()}
OIDCResponseType code
OIDCInfoHook iat access_token userinfo id_token
OIDCDefaultLoggedOutURL {origin}/
{directives}
<Location /members>
  AuthType openid-connect
  Require {rule}
</Location>
"""


def _module(name: str) -> str:
    return {"mpm_event": "mpm_event_module"}.get(name, f"{name}_module")


def _wait(process: "subprocess.Popen[bytes]", origin: str, log_file: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{origin}/", timeout=5.0, trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"Apache did not start:\n{log_file.read_text()}", pytrace=False)
