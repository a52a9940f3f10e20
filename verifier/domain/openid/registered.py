"""From what was asked for to a client, and what of a change somebody has to look at."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from specs.jose import Algorithm
from specs.oauth import has_app_scheme
from specs.oauth.client_registration import ClientMetadata
from verifier.domain.openid.client import Approval, AuthMethod, OpenIdClient, RegisteredClient
from verifier.domain.openid.registration import Registration
from verifier.domain.preset import SubjectMode
from verifier.domain.relying_service import ClientId, RelyingService

_RECOGNISES: Final = (SubjectMode.EPHEMERAL, SubjectMode.PER_PRESET, SubjectMode.STABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """What a client gets from us. Hashes are SHA-256; ``service_hash`` is one of nothing."""

    client_id: ClientId
    service_hash: bytes
    secret_hash: bytes | None
    token_hash: bytes
    approval: Approval
    reviewed_at: datetime | None
    created_at: datetime


def create_client(asked: Registration, given: NewClient, *, sector: str) -> RegisteredClient:
    """A new client; ``asked`` has been looked at. Nothing opens the other APIs for it."""
    service = RelyingService(
        client_id=given.client_id,
        secret_hash=given.service_hash,
        names=tuple(asked.names.items()),
        presets=asked.presets,
        created_at=given.created_at,
        site=site_of(asked.metadata),
    )
    openid = OpenIdClient(
        client_id=given.client_id,
        **_members(asked, sector),
        secret_hash=given.secret_hash,
        approval=given.approval,
        reviewed_at=given.reviewed_at,
        registration_token_hash=given.token_hash,
        created_at=given.created_at,
    )
    return RegisteredClient(service, openid)


def change_client(
    known: RegisteredClient, asked: Registration, *, sector: str, new_hash: bytes | None
) -> RegisteredClient:
    """``known`` as it asks to be from now on. ``new_hash``: of the secret that it gets, if it had none."""
    old = known.openid
    keeps = AuthMethod(asked.metadata.token_endpoint_auth_method).has_secret
    service = replace(
        known.service,
        names=tuple(asked.names.items()),
        presets=asked.presets,
        site=site_of(asked.metadata),
        version=known.service.version + 1,
    )
    openid = replace(
        old,
        **_members(asked, sector),
        secret_hash=(new_hash or old.secret_hash) if keeps else None,
        previous_secret=old.previous_secret if keeps else None,
        version=old.version + 1,
    )
    return RegisteredClient(service, openid)


def next_version(known: RegisteredClient, **openid: Any) -> RegisteredClient:
    """``known`` with other members of its OpenID part."""
    return RegisteredClient(
        replace(known.service, version=known.service.version + 1),
        replace(known.openid, version=known.openid.version + 1, **openid),
    )


def needs_review(old: RegisteredClient, new: RegisteredClient) -> bool:
    """Whether a change lets a client do more, or shows people something else.

    Less is nobody's business: fewer addresses or presets. New keys and contacts are the client's own.
    """
    shown = old.service.names == new.service.names and old.service.site == new.service.site
    reached = set(new.openid.redirect_uris) <= set(old.openid.redirect_uris) and set(
        new.openid.post_logout_redirect_uris
    ) <= set(old.openid.post_logout_redirect_uris)
    asks = set(new.service.presets) <= set(old.service.presets) and set(new.openid.needs) <= set(
        old.openid.needs
    )
    recognises = _RECOGNISES.index(new.openid.subject_mode) <= _RECOGNISES.index(old.openid.subject_mode)
    return not (shown and reached and asks and recognises and _guarded(old.openid) == _guarded(new.openid))


def _guarded(client: OpenIdClient) -> tuple[Any, ...]:
    """What is looked at again whichever way it changes."""
    return (
        client.auth_method,
        client.sector,
        client.require_pkce,
        client.purposes,
        client.backchannel_logout_uri,
        client.jwks_uri,
    )


def site_of(metadata: ClientMetadata) -> str | None:
    """Where people come back to, as the address bar shows it; ``None``: an app, or one's own machine."""
    first = metadata.redirect_uris[0]
    parts = urlsplit(first)
    if has_app_scheme(first) or parts.scheme != "https":
        return None
    port = "" if parts.port in (None, 443) else f":{parts.port}"
    return f"https://{parts.hostname}{port}"


def metadata_of(client: RegisteredClient) -> ClientMetadata:
    """What is registered, as the client is told it (RFC 7591 section 3.2.1)."""
    openid = client.openid
    return ClientMetadata(
        redirect_uris=openid.redirect_uris,
        token_endpoint_auth_method=openid.auth_method.value,
        application_type="native" if any(map(has_app_scheme, openid.redirect_uris)) else "web",
        client_names=dict(client.service.names),
        contacts=openid.contacts,
        scope=("openid", *client.service.presets),
        jwks=openid.jwks or None,
        jwks_uri=openid.jwks_uri,
        id_token_signed_response_alg=openid.id_token_alg.value,
        subject_type="pairwise",
        sector_identifier_uri=openid.sector_identifier_uri,
        post_logout_redirect_uris=openid.post_logout_redirect_uris,
        backchannel_logout_uri=openid.backchannel_logout_uri,
        backchannel_logout_session_required=openid.backchannel_logout_session_required,
    )


def _members(asked: Registration, sector: str) -> dict[str, Any]:
    """What the client itself decides."""
    metadata = asked.metadata
    return {
        "redirect_uris": metadata.redirect_uris,
        "post_logout_redirect_uris": metadata.post_logout_redirect_uris,
        "auth_method": AuthMethod(metadata.token_endpoint_auth_method),
        "jwks": metadata.jwks or (),
        "jwks_uri": metadata.jwks_uri,
        "id_token_alg": Algorithm(metadata.id_token_signed_response_alg),
        "require_pkce": asked.require_pkce,
        "sector": sector,
        "sector_identifier_uri": metadata.sector_identifier_uri,
        "subject_mode": asked.subject_mode,
        "default_preset": asked.default_preset or asked.presets[0],
        "backchannel_logout_uri": metadata.backchannel_logout_uri,
        "backchannel_logout_session_required": metadata.backchannel_logout_session_required,
        "purposes": tuple(asked.purposes.items()),
        "needs": asked.needs,
        "contacts": metadata.contacts,
    }
