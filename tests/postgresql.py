"""A real PostgreSQL server of our own for the tests, started once and shared by all test processes.

    pytest_plugins = ["tests.postgresql"]

`postgresql_server` is the server; `postgresql_url` is a fresh, empty database on it for one test. The server
listens on a socket in a temporary folder only, forgets durability, and stops when the last user is gone.
A machine without PostgreSQL fails these tests with the line that installs it; it never skips them.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

INSTALL = "PostgreSQL is missing: sudo apt-get install -y postgresql"
SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class PostgresqlServer:
    """A running cluster: `folder` holds `data` and the socket."""

    programs: Path
    folder: Path

    def url(self, database: str) -> str:
        """For open_database."""
        return f"postgresql://{SUPERUSER}@/{database}?host={self.folder}"

    def run_sql(self, sql: str, database: str = "postgres") -> str:
        """What psql prints for `sql`."""
        command = [self.programs / "psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", self.folder, "-U", SUPERUSER, "-d", database, "-c", sql]
        return _run([str(part) for part in command]).strip()

    def control(self, *arguments: str) -> None:
        """pg_ctl with these arguments, as the user that owns the data."""
        log = self.folder / "server.log"
        _as_owner([self.programs / "pg_ctl", "-D", self.folder / "data", "-l", log, "-w", *arguments])

    def start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        self.control("-o", f"{options} -k '{self.folder}'", "start")

    def stop(self) -> None:
        self.control("-m", "immediate", "stop")


def find_programs() -> Path:
    """Debian's newest version, else what is on the path."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    on_path = shutil.which("initdb")
    if not candidates and on_path is None:
        pytest.fail(INSTALL, pytrace=False)
    return candidates[0].parent if candidates else Path(str(on_path)).parent


def create_server() -> PostgresqlServer:
    """Make a cluster in a short temporary path (socket names are limited to 107 bytes) and start it."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="trillium-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam(SUPERUSER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o755)
    server = PostgresqlServer(programs, folder)
    options = ["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    _as_owner([programs / "initdb", "-D", folder / "data", *options])
    server.start()
    return server


def remove_server(server: PostgresqlServer) -> None:
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[PostgresqlServer]:
    """One server for this run, whatever the number of xdist workers."""
    workers = hasattr(request.config, "workerinput")
    base = tmp_path_factory.getbasetemp()
    with _shared_server(base.parent if workers else base) as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The URL of an empty database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    postgresql_server.run_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgresql_server.url(name)
    postgresql_server.run_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _shared_server(shared: Path) -> Iterator[PostgresqlServer]:
    """Start the server if nobody has; count its users in a file; the last one stops it."""
    state = shared / "postgresql-server"
    with _locked(state):
        folder, users = _read(state)
        server = PostgresqlServer(find_programs(), Path(folder)) if users else create_server()
        _write(state, str(server.folder), users + 1)
    try:
        yield server
    finally:
        with _locked(state):
            _, users = _read(state)
            _write(state, str(server.folder), users - 1)
            if users <= 1:
                remove_server(server)


@contextmanager
def _locked(state: Path) -> Iterator[None]:
    with state.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(state: Path) -> tuple[str, int]:
    if not state.exists():
        return "", 0
    folder, users = state.read_text().split("\n")
    return folder, int(users)


def _write(state: Path, folder: str, users: int) -> None:
    state.write_text(f"{folder}\n{users}")


def _as_owner(command: list[str | Path]) -> None:
    """PostgreSQL refuses to run as root."""
    prefix = ["runuser", "-u", SUPERUSER, "--"] if os.geteuid() == 0 else []
    _run(prefix + [str(part) for part in command])


def _run(command: list[str]) -> str:
    # The server inherits what it is started with: a pipe would never end, so output goes to a file.
    with tempfile.TemporaryFile("w+") as output:
        code = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False
        ).returncode
        output.seek(0)
        text = output.read()
    if code:
        sys.stderr.write(text)
        pytest.fail(
            f"{Path(command[-1] if len(command) == 1 else command[0]).name} failed: {text}", pytrace=False
        )
    return text
