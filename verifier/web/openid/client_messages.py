"""What management says and is told about OpenID clients."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from specs.oauth.client_registration import create_client_metadata
from verifier.domain.openid.client import LONGEST_REAUTHENTICATION_WINDOW, RegisteredClient
from verifier.domain.openid.registered import metadata_of
from verifier.web.messages import Message, PresetId

_MINUTE = timedelta(minutes=1)
_MOST_MINUTES = LONGEST_REAUTHENTICATION_WINDOW // _MINUTE


class ApprovalRequest(Message):
    """Approve a client as it was looked at."""

    version: int
    """Of the entry that was looked at: what has changed since is not approved."""
    presets: Annotated[list[PresetId], Field(min_length=1, max_length=32)] | None = None
    """Some of those it asks for; left out: all of them."""


class RefusalRequest(Message):
    """Refuse a client, or withdraw what it was given."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]
    """The client is told."""


class WindowRequest(Message):
    """For how long a browser need not present again."""

    minutes: Annotated[int, Field(ge=0, le=_MOST_MINUTES)]


class OpenIdClientEntry(Message):
    client_id: str
    version: int
    names: dict[str, str]
    site: str | None
    purposes: dict[str, str]
    presets: list[str]
    default_preset: str | None
    needs: list[str]
    subject_mode: str
    sector: str
    require_pkce: bool
    approval: str
    reviewed_at: datetime | None
    refusal: str | None
    reauthentication_minutes: int
    old_secret_until: datetime | None
    is_enabled: bool
    created_at: datetime
    metadata: dict[str, Any]
    """As in RFC 7591."""


class OpenIdClientsAnswer(Message):
    clients: list[OpenIdClientEntry]


class OpenIdClientAnswer(Message):
    """Secret and token are shown once; ``null``: there is none."""

    client: OpenIdClientEntry
    client_secret: str | None
    registration_access_token: str | None
    registration_client_uri: str


def entry_of(client: RegisteredClient) -> OpenIdClientEntry:
    """A client as management sees it."""
    openid, service = client.openid, client.service
    previous = openid.previous_secret
    metadata: Mapping[str, Any] = create_client_metadata(metadata_of(client))
    return OpenIdClientEntry(
        client_id=client.client_id,
        version=openid.version,
        names=dict(service.names),
        site=service.site,
        purposes=dict(openid.purposes),
        presets=list(service.presets),
        default_preset=openid.default_preset,
        needs=list(openid.needs),
        subject_mode=openid.subject_mode.value,
        sector=openid.sector,
        require_pkce=openid.require_pkce,
        approval=openid.approval.value,
        reviewed_at=openid.reviewed_at,
        refusal=openid.refusal,
        reauthentication_minutes=openid.reauthentication_window // _MINUTE,
        old_secret_until=None if previous is None else previous.until,
        is_enabled=service.is_enabled,
        created_at=openid.created_at,
        metadata=dict(metadata),
    )
