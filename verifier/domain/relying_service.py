"""Relying services: who may ask for what, and where their answers and messages may go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType

from specs.jose import PublicJwk

ClientId = NewType("ClientId", str)
"""The id of a registered relying service."""


SWITCHED_OFF: Final = "service_disabled"
"""Why a presentation was cancelled, in its event."""


@dataclass(frozen=True, slots=True)
class PreviousSecret:
    """The secret before the last rotation: good until the service has taken up the new one."""

    secret_hash: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class RelyingService:
    """A registered relying service."""

    client_id: ClientId
    secret_hash: bytes
    """SHA-256 of a 256-bit secret that was shown once."""
    names: tuple[tuple[str, str], ...]
    """(language tag, name) pairs; English and French at least."""
    presets: tuple[str, ...]
    created_at: datetime
    site: str | None = None
    """The origin of its web site: what a person compares with the address bar before giving a code away."""
    return_urls: tuple[str, ...] = ()
    """Where its pages may be returned to, compared character by character."""
    webhook_url: str | None = None
    evidence_key: PublicJwk | None = None
    """P-256: evidence is encrypted to it with ECDH-ES; its ``kid`` is the service's own name for it."""
    previous_secret: PreviousSecret | None = None
    disabled_at: datetime | None = None
    version: int = 1
    """Counts changes, so that of two changes made from one reading the second is refused."""

    @property
    def is_enabled(self) -> bool:
        """It may call. Otherwise its secrets open nothing, and its open presentations have been ended."""
        return self.disabled_at is None

    def name_in(self, language: str) -> str:
        """The name in a language, else the first one."""
        return dict(self.names).get(language, self.names[0][1])
