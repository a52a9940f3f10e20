"""What management says and is told about relying services."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from specs.jose import JoseError, PublicJwk
from specs.jose.encryption_jwk import create_encryption_jwk, parse_encryption_jwk
from verifier.domain.relying_service import RelyingService
from verifier.errors import BadEvidenceKey
from verifier.web.messages import Message, PresetId

_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Address = Annotated[str, Field(min_length=1, max_length=2048)]
_Presets = Annotated[list[PresetId], Field(min_length=1, max_length=32)]
_ReturnUrls = Annotated[list[_Address], Field(max_length=32)]
_Jwk = Annotated[dict[str, Any], Field(max_length=16)]


class ClientRequest(Message):
    """Register a relying service."""

    name_en: _Name
    name_fr: _Name
    presets: _Presets
    site: _Address | None = None
    """The origin of its web site; empty: that of the first return URL."""
    return_urls: _ReturnUrls = Field(default_factory=list)
    webhook_url: _Address | None = None
    evidence_key: _Jwk | None = None
    """A public JWK on P-256 with ``alg`` ECDH-ES."""


class ClientChange(Message):
    """What is to change; what is left out stays, ``null`` removes."""

    name_en: _Name | None = None
    name_fr: _Name | None = None
    presets: _Presets | None = None
    site: _Address | None = None
    return_urls: _ReturnUrls | None = None
    webhook_url: _Address | None = None
    evidence_key: _Jwk | None = None

    @model_validator(mode="after")
    def _names_and_presets_stay(self) -> Self:
        for name in ("name_en", "name_fr", "presets"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError("a relying service has names and presets")
        return self


class SecretRequest(Message):
    """Ask for a new secret."""

    old_secret_hours: Annotated[int, Field(ge=0, le=168)] = 0
    """How long the old one stays good; 0 when somebody else may know it."""


class ClientAnswer(Message):
    """The secret is shown once."""

    client_id: str
    client_secret: str


class ClientEntry(Message):
    client_id: str
    names: dict[str, str]
    presets: list[str]
    created_at: datetime
    site: str | None
    return_urls: list[str]
    webhook_url: str | None
    evidence_key: dict[str, Any] | None
    old_secret_until: datetime | None
    disabled_at: datetime | None


class ClientsAnswer(Message):
    clients: list[ClientEntry]


def entry_of(service: RelyingService) -> ClientEntry:
    """A relying service as management sees it."""
    key, previous = service.evidence_key, service.previous_secret
    return ClientEntry(
        client_id=service.client_id,
        names=dict(service.names),
        presets=list(service.presets),
        created_at=service.created_at,
        site=service.site,
        return_urls=list(service.return_urls),
        webhook_url=service.webhook_url,
        evidence_key=None if key is None else create_encryption_jwk(key),
        old_secret_until=None if previous is None else previous.until,
        disabled_at=service.disabled_at,
    )


def parse_evidence_key(value: dict[str, Any] | None) -> PublicJwk | None:
    """The key of a message.

    Raises:
        BadEvidenceKey: not a public key on P-256 for ECDH-ES.
    """
    if value is None:
        return None
    try:
        return parse_encryption_jwk(value)
    except JoseError as error:
        raise BadEvidenceKey(error.code) from error
