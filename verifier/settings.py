"""Settings of the verifier; every field works on a laptop as it is."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from specs.openid4vp import create_registered
from specs.openid4vp.errors import RequestError
from trillium.runtime.trust_list import TrustListSettings
from verifier.domain.presentation_page import CODE_LIFETIME, RETURN_LIFETIME

_MIB: Final = 1024 * 1024
_WAY_BACK: Final = RETURN_LIFETIME + CODE_LIFETIME
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,500}")


class Settings(TrustListSettings):
    """``VERIFIER_…``, and the shared ``TRILLIUM_…`` ones."""

    model_config = SettingsConfigDict(
        env_prefix="VERIFIER_", frozen=True, extra="ignore", populate_by_name=True
    )

    public_url: str = "http://localhost:8000/verifier"
    """The base of all its addresses; its host is in the certificate that signs requests."""
    keys_uri: str = Field(default_factory=lambda data: f"file:{data['var_dir']}/keys/verifier", repr=False)
    presets_dir: Path | None = None
    """Presets; empty: those that are shipped."""
    types_dir: Path | None = None
    """Type Metadata documents of the types that presets ask for; empty: their claims are not checked."""
    client_id: str = ""
    """What wallets call this verifier that know it beforehand; empty: none does. It has no prefix."""
    presentation_seconds: int = Field(300, ge=30, le=3600)
    """How long a request may be answered; a relying service may ask for less."""
    result_seconds: int = Field(600, ge=_WAY_BACK // timedelta(seconds=1), le=86_400)
    """After this a result that nobody fetched is deleted; not before a visitor can have released it."""
    max_response_bytes: int = Field(2 * _MIB, ge=64 * 1024, le=8 * _MIB)
    """How much a wallet may send."""

    open_presentations: int = Field(10_000, ge=1, le=1_000_000)
    """How many one relying service may have open at once."""
    event_streams: int = Field(200, ge=0, le=10_000)
    """How many presentations one relying service may follow at once, in each process."""

    unreviewed_clients: int = Field(2000, ge=1, le=100_000)
    """How many OpenID clients may have registered that no administrator has looked at."""
    openid_trust_framework: str = ""
    """A URI: the rules by which what people show was verified (7.20); empty: one below the OpenID issuer."""

    offline_types: Annotated[tuple[str, ...], NoDecode] = ("proof-of-age",)
    """Types, by short name or ``vct``, that are shown where there is no network (comma-separated)."""

    @field_validator("offline_types", mode="before")
    @classmethod
    def _split_types(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("client_id")
    @classmethod
    def _without_prefix(cls, client_id: str) -> str:
        try:
            return create_registered(client_id).full if client_id else client_id
        except RequestError as error:
            raise ValueError("not a client identifier") from error

    @field_validator("openid_trust_framework")
    @classmethod
    def _uri(cls, value: str) -> str:
        if value and not _URI.fullmatch(value):
            raise ValueError("not a URI")
        return value

    @property
    def openid_issuer(self) -> str:
        """The issuer of the OpenID provider: its endpoints are below it."""
        return f"{self.public_url.rstrip('/')}/openid"

    @property
    def trust_framework(self) -> str:
        """What ``verified_claims`` names as its trust framework."""
        return self.openid_trust_framework or f"{self.openid_issuer}/trust-framework/ontario"

    @property
    def presentation_lifetime(self) -> timedelta:
        return timedelta(seconds=self.presentation_seconds)

    @property
    def result_lifetime(self) -> timedelta:
        return timedelta(seconds=self.result_seconds)
