"""The management token: made at the first start, given to the operator in a file, known to us as a hash."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from starlette.requests import Request

from keys.private_files import exclusive_lock, read_private, write_private
from trillium.runtime.authorization import parse_bearer
from trillium.runtime.refusals import NotAuthenticated

TOKEN_FILE: Final = "management.token"
HASH_FILE: Final = "management.hash"
_LOCK_TIMEOUT_S: Final = 10.0
_MOST_BYTES: Final = 256


@dataclass(frozen=True, slots=True)
class ManagementGuard:
    """Lets the holder of the management token through, and nobody else."""

    token_hash: bytes = field(repr=False)
    """SHA-256 of a token of 256 random bits, so that no slow hash is needed."""

    def verify(self, authorization: str | None) -> None:
        """Raises NotAuthenticated unless the header carries the token. Compares in constant time."""
        token = parse_bearer(authorization)
        if not hmac.compare_digest(_hash(token), self.token_hash):
            raise NotAuthenticated("not the management token")

    async def require(self, request: Request) -> None:
        """The same for a request: as a FastAPI dependency, or awaited by a handler."""
        self.verify(request.headers.get("authorization"))


def open_management_guard(var_dir: Path) -> ManagementGuard:
    """Read the hash below `var_dir`; at the first start make the token and write both files (0600).

    The operator may move the token's file away: the hash is what counts. Processes that start at once agree.
    Raises keys.errors.UnsafePermissions when others can read the files.
    """
    var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with exclusive_lock(var_dir / f"{HASH_FILE}.lock", timeout_s=_LOCK_TIMEOUT_S):
        try:
            content, _ = read_private(var_dir / HASH_FILE, max_bytes=_MOST_BYTES)
        except FileNotFoundError:
            return _create(var_dir)
    token_hash = bytes.fromhex(content.decode("ascii", "replace").strip())
    if len(token_hash) != hashlib.sha256().digest_size:
        raise ValueError(f"{var_dir / HASH_FILE} does not hold a SHA-256 hash")
    return ManagementGuard(token_hash)


def replace_management_token(var_dir: Path) -> ManagementGuard:
    """A new token in place of the old one; running servers know it after their next start."""
    var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with exclusive_lock(var_dir / f"{HASH_FILE}.lock", timeout_s=_LOCK_TIMEOUT_S):
        return _create(var_dir)


def _create(var_dir: Path) -> ManagementGuard:
    token = secrets.token_urlsafe(32)
    # The token first: a crash in between leaves no hash, and the next start makes both anew.
    write_private(var_dir / TOKEN_FILE, f"{token}\n".encode())
    write_private(var_dir / HASH_FILE, f"{_hash(token).hex()}\n".encode())
    return ManagementGuard(_hash(token))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
