"""What ``trillium doctor`` looks at in one application's installation. Nothing is made or changed."""

import ctypes
import os
import re
import sqlite3
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from keys import KeyPurpose, KeyRing, open_key_ring
from keys.errors import CustodyError, UnsafePermissions
from trillium.runtime.database import DatabaseError, PostgresqlDatabase, open_database
from trillium.runtime.readiness import Finding, Level
from trillium.runtime.ring_checks import check_ring
from trillium.runtime.settings import Check, SharedSettings

PREFIXES: Final = ("TRILLIUM_", "ISSUER_", "VERIFIER_", "WALLET_", "REGISTER_")
TOLERATED_SKEW: Final = timedelta(seconds=60)
_OTHERS: Final = 0o077
_ANCHORS: Final = "anchors.pem"
_SECRET_FILES: Final = (".pem", ".bin")
_UNSYNCHRONIZED: Final = 5
"""What adjtimex(2) answers when nothing keeps the clock right (TIME_ERROR)."""


def check_environment(known: Collection[str], environment: Mapping[str, str]) -> Iterator[Finding]:
    """Names that look like settings and are none: a slip of the pen changes nothing, silently."""
    for name in sorted(environment):
        if name.startswith(PREFIXES) and name.upper() not in known:
            text = "No application reads a setting of this name. Is it spelled right?"
            yield Finding("settings", "setting_unknown", Level.WARNING, name, text)


def check_production(settings: SharedSettings, checks: Iterable[Check]) -> Iterator[Finding]:
    """What production refuses; the sandbox may have it."""
    if not settings.is_production:
        return
    for refusal in (one for check in checks for one in check()):
        yield Finding("settings", "refused_in_production", Level.FAILED, refusal.setting, refusal.reason)
    if settings.rate_limits and not settings.trusted_proxies:
        name = settings.setting_name("trusted_proxies")
        text = "Behind a proxy, all callers count as one address for the limits on rates. Name the proxy."
        yield Finding("settings", "no_trusted_proxy", Level.WARNING, name, text)


def check_files(settings: SharedSettings) -> Iterator[Finding]:
    """Modes of the folder and of what was made in it; keys are looked at with their ring."""
    folder = settings.var_dir
    if not folder.is_dir():
        text = "The folder is not there yet: the first start makes it."
        yield Finding("files", "not_started_yet", Level.WARNING, str(folder), text)
        return
    private = [folder, *(folder / name for name in ("management.token", "management.hash"))]
    private += [path for pattern in ("*.db", "*.db-wal", "*.db-shm") for path in sorted(folder.glob(pattern))]
    for path in private:
        yield from _check_mode(path)


def _check_mode(path: Path) -> Iterator[Finding]:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    mode = stat.S_IMODE(status.st_mode)
    if mode & _OTHERS:
        wanted = "0700" if stat.S_ISDIR(status.st_mode) else "0600"
        text = f"Others have access (mode {mode:04o}). chmod {wanted} it, and find out who could read it."
        yield Finding("files", "open_to_others", Level.WARNING, str(path), text)
    if status.st_uid != os.geteuid():
        text = f"It belongs to user {status.st_uid}. Run this as the server's user."
        yield Finding("files", "other_owner", Level.WARNING, str(path), text)


async def check_database(about: str, url: str, now: datetime) -> list[Finding]:
    """Whether it answers and, for a server of its own, whether its clock agrees with ours."""
    if url.startswith("sqlite:///"):
        return _check_sqlite(about, Path(unquote(url.removeprefix("sqlite:///"))))
    try:
        database = open_database(url)
    except (DatabaseError, ValueError) as error:
        return [_database_failed(about, error)]
    try:
        if not isinstance(database, PostgresqlDatabase):
            return []
        [row] = await database.fetch("SELECT now() AS moment")
        return list(_check_skew(f"{about} server", row["moment"], now))
    except (DatabaseError, OSError) as error:
        return [_database_failed(about, error)]
    finally:
        await database.close()


def _check_sqlite(about: str, path: Path) -> list[Finding]:
    """Read only: a server that opens it sets its mode right, and nobody would see that it was wrong."""
    if not path.exists():
        text = "The file is not there yet: the first start makes it."
        return [Finding("database", "not_made_yet", Level.WARNING, about, text)]
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        return [_database_failed(about, error)]
    return []


def _database_failed(about: str, error: Exception) -> Finding:
    """The error's own text may repeat the URL, and that may hold a password."""
    text = f"It does not answer ({type(error).__name__}). Is the server running, are URL and password right?"
    return Finding("database", "unavailable", Level.FAILED, about, text)


def check_keys(
    settings: Any, required: Sequence[KeyPurpose], now: datetime
) -> tuple[KeyRing | None, list[Finding]]:
    """The ring as it is; nothing is made."""
    try:
        ring = open_key_ring(settings.keys_uri, sandbox=not settings.is_production, now=now)
    except (CustodyError, ValueError, OSError) as error:
        code = error.code if isinstance(error, CustodyError) else "unreadable"
        return None, [Finding("keys", code, Level.FAILED, settings.setting_name("keys_uri"), str(error))]
    if not ring.state.entries:
        text = "There are no keys yet: the first start makes them."
        return None, [Finding("keys", "not_made_yet", Level.WARNING, settings.setting_name("keys_uri"), text)]
    return ring, [*check_ring(ring.state, required, now), *_check_key_files(settings.keys_uri)]


def _check_key_files(keys_uri: str) -> Iterator[Finding]:
    """The sandbox's authorities and keys yet to come are no less secret than those in use."""
    scheme, _, folder = keys_uri.partition(":")
    files = sorted(Path(folder).iterdir()) if scheme == "file" and Path(folder).is_dir() else []
    for path in files:
        if path.suffix in _SECRET_FILES and path.name != _ANCHORS and path.lstat().st_mode & _OTHERS:
            text = "Others could read this key. Replace it, and find out who did."
            yield Finding("keys", UnsafePermissions.code, Level.FAILED, str(path), text)


def check_clock(var_dir: Path, now: datetime) -> Iterator[Finding]:
    """Whether something keeps it right, and whether it was once ahead of where it is."""
    if _kernel_state() == _UNSYNCHRONIZED:
        text = "Nothing keeps the clock right. Times are in every signature: run a time service (NTP)."
        yield Finding("clock", "not_synchronized", Level.WARNING, text=text)
    newest = max((path.stat().st_mtime for path in var_dir.glob("*.db*")), default=0.0)
    if newest - now.timestamp() > TOLERATED_SKEW.total_seconds():
        text = "A database was written in what is now the future: the clock was set back."
        yield Finding("clock", "set_back", Level.FAILED, text=text)


def _check_skew(about: str, theirs: datetime, now: datetime) -> Iterator[Finding]:
    skew = abs(theirs - now)
    if skew > TOLERATED_SKEW:
        text = f"Its clock and ours are {skew.total_seconds():.0f} seconds apart."
        yield Finding("clock", "clocks_differ", Level.FAILED, about, text)


def _kernel_state() -> int | None:
    """The state of the kernel's clock; None where nobody can say."""
    adjust = getattr(ctypes.CDLL(None), "adjtimex", None)
    # An all-zero request changes nothing; struct timex is 208 bytes on 64-bit Linux.
    return None if adjust is None else int(adjust(ctypes.create_string_buffer(512)))


def known_settings(*classes: type[SharedSettings]) -> frozenset[str]:
    """Every environment variable that an application reads."""
    return frozenset(one.setting_name(field).upper() for one in classes for field in one.model_fields)


def setting_of(text: str) -> str:
    """A member of a validation error as an operator knows it."""
    return re.sub(r"[^A-Za-z0-9_.]", "", text)[:80]
