"""Where private keys live, by URI. A new provider is one module here and one line in the table."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from keys.custody import KeyRing
from keys.errors import UnknownProvider
from keys.manifest import Manifest, RingStore
from keys.provider import KeyProvider
from keys.providers.file import FileProvider
from keys.providers.memory import MemoryProvider, MemoryStore


def open_key_ring(uri: str, *, sandbox: bool, now: datetime) -> KeyRing:
    """The ring at `uri`: `file:var/keys/issuer` (relative or absolute) or `memory:` (a new one each time).

    `sandbox`: False in the production profile, which refuses what development authorities have made
    (WrongEnvironment). UnknownProvider for another scheme. Nothing is made before `KeyRing.ensure`.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme not in PROVIDERS:
        known = ", ".join(f"{name}:" for name in sorted(PROVIDERS))
        raise UnknownProvider(f"{scheme!r} is none of {known}")
    provider, store = PROVIDERS[scheme](rest)
    return KeyRing.open(provider, store, sandbox=sandbox, now=now)


def _open_file(rest: str) -> tuple[KeyProvider, RingStore]:
    """RFC 8089: `file:path`, `file:/path`, `file:///path`; no other host."""
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if host not in ("", "localhost"):
            raise UnknownProvider(f"files of host {host} cannot be opened.")
        rest = slash + path
    if not rest:
        raise UnknownProvider("file: needs a directory.")
    directory = Path(unquote(rest))
    return FileProvider(directory), Manifest(directory)


def _open_memory(rest: str) -> tuple[KeyProvider, RingStore]:
    if rest:
        raise UnknownProvider("memory: takes no path.")
    return MemoryProvider(), MemoryStore()


def _refuse_pkcs11(_: str) -> tuple[KeyProvider, RingStore]:
    raise UnknownProvider("pkcs11: (RFC 7512) is not built in yet; use file:.")


PROVIDERS: Final[Mapping[str, Callable[[str], tuple[KeyProvider, RingStore]]]] = {
    "file": _open_file,
    "memory": _open_memory,
    "pkcs11": _refuse_pkcs11,
}
