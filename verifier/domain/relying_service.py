"""Relying services: who may ask for what."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

ClientId = NewType("ClientId", str)
"""The id of a registered relying service."""


@dataclass(frozen=True, slots=True)
class RelyingService:
    """A registered relying service: who may ask for what."""

    client_id: ClientId
    secret_hash: bytes
    """SHA-256 of a 256-bit secret that was shown once."""
    names: tuple[tuple[str, str], ...]
    """(language tag, name) pairs; English and French at least."""
    presets: tuple[str, ...]
    created_at: datetime

    def name_in(self, language: str) -> str:
        """The name in a language, else the first one."""
        return dict(self.names).get(language, self.names[0][1])
