"""Codes, tokens and claims, wired: what a client's own programs call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from keys import KeyPurpose, Signer
from specs.jose import Algorithm
from specs.openid_connect import ProviderMetadata, create_provider_metadata
from trillium.runtime.cors import CrossOrigin
from trillium.runtime.live_document import LiveDocument
from trillium.runtime.openapi import FORM, Content, HotRoute
from verifier.app.openid.parts import OpenIdParts
from verifier.clients.openid_client_keys import HttpClientKeys
from verifier.domain.openid.choose_preset import acr_of
from verifier.domain.openid.claims import mapped_names
from verifier.domain.preset import Preset
from verifier.services.openid.authenticate_client import AuthenticateClient
from verifier.services.openid.clients import OpenIdClients
from verifier.services.openid.constrain_sender import ConstrainSender
from verifier.services.openid.exchange_code import ExchangeCode
from verifier.services.openid.grants import Grants
from verifier.services.openid.read_userinfo import ReadUserInfo
from verifier.web.openid.token import TokenEndpoint
from verifier.web.openid.userinfo import UserInfoEndpoint

if TYPE_CHECKING:
    from verifier.app.services import Verifier

MAX_AGE: Final = 300
"""Seconds: half of what passes between the publication of a new key and its first signature (7.07)."""

TOKEN_CROSS_ORIGIN: Final = (
    CrossOrigin("/openid/.well-known/"),
    CrossOrigin("/openid/jwks"),
    CrossOrigin(
        "/openid/token",
        ("POST",),
        ("Accept", "Accept-Language", "Authorization", "Content-Type", "DPoP"),
        ("WWW-Authenticate",),
    ),
    CrossOrigin(
        "/openid/userinfo",
        ("GET", "POST"),
        ("Accept", "Accept-Language", "Authorization", "Content-Type", "DPoP"),
        ("WWW-Authenticate",),
    ),
)
"""What a public client's program in a browser may ask. Cookies count for nothing here."""


@dataclass(frozen=True, slots=True)
class TokenServices:
    grants: Grants
    authenticate: AuthenticateClient
    sender: ConstrainSender
    exchange: ExchangeCode
    userinfo: ReadUserInfo


def build_tokens(parts: OpenIdParts, clients: OpenIdClients) -> TokenServices:
    """Wires the services."""
    issuer, stores, clock = parts.settings.openid_issuer, parts.stores, parts.outside.clock
    grants = Grants(stores.grants, parts.seals, clock, parts.outside.randomness)
    sender = ConstrainSender(stores.replays, clock)

    def signer_for(algorithm: Algorithm, now: datetime) -> Signer:
        return parts.ring.signer_for(KeyPurpose.ID_TOKEN, now, algorithm=algorithm)

    return TokenServices(
        grants=grants,
        authenticate=AuthenticateClient(
            clients,
            HttpClientKeys(stores.client),
            stores.replays,
            clock,
            # RFC 9126 section 2 names all three for pushed requests.
            frozenset({issuer, f"{issuer}/token", f"{issuer}/par"}),
        ),
        sender=sender,
        exchange=ExchangeCode(grants, signer_for, clock, parts.outside.randomness, issuer),
        userinfo=ReadUserInfo(grants, clients, sender, clock),
    )


def provider_metadata(issuer: str, presets: Mapping[str, Preset], *, https: bool) -> dict[str, Any]:
    """What the provider says about itself at this moment: presets come and go with whom is trusted (7.01)."""
    claims = dict.fromkeys(name for preset in presets.values() for name in mapped_names(preset))
    return create_provider_metadata(
        ProviderMetadata(
            issuer=issuer,
            authorization_endpoint=f"{issuer}/authorize",
            token_endpoint=f"{issuer}/token",
            userinfo_endpoint=f"{issuer}/userinfo",
            jwks_uri=f"{issuer}/jwks",
            pushed_authorization_request_endpoint=f"{issuer}/par",
            end_session_endpoint=f"{issuer}/logout",
            registration_endpoint=f"{issuer}/register",
            acr_values=tuple(acr_of(issuer, preset) for preset in presets),
            presets=tuple(presets),
            claims=tuple(claims),
            backchannel_logout=True,
        ),
        insecure_allow_http=not https,
    )


def token_routes(verifier: "Verifier") -> Sequence[HotRoute]:
    """Discovery, keys, token, userinfo."""
    ring, clock, settings = verifier.ring, verifier.outside.clock, verifier.settings
    issuer, tokens = settings.openid_issuer, verifier.openid.tokens
    described = LiveDocument(
        lambda: provider_metadata(issuer, verifier.presets, https=settings.https), max_age=MAX_AGE
    )
    keys = LiveDocument(lambda: ring.jwks((KeyPurpose.ID_TOKEN,), clock.now()), max_age=MAX_AGE)
    token = TokenEndpoint(tokens.authenticate, tokens.sender, tokens.exchange, f"{issuer}/token")
    userinfo = UserInfoEndpoint(tokens.userinfo, f"{issuer}/userinfo")
    error = Content(description="The registered error, as JSON.")
    claims = Content(description="sub, and the claims of the login while they are kept.")
    tags = ["relying services"]
    return (
        HotRoute(
            method="GET",
            path="/openid/.well-known/openid-configuration",
            handler=described.respond,
            summary="Provider metadata (OpenID Connect Discovery 1.0 section 4)",
            public=True,
            responses={200: Content(description="Provider metadata.")},
            tags=tags,
        ),
        HotRoute(
            method="GET",
            path="/openid/jwks",
            handler=keys.respond,
            summary="Public keys of ID tokens and logout tokens (RFC 7517 section 5)",
            public=True,
            responses={200: Content(description="A JWK Set.")},
            tags=tags,
        ),
        HotRoute(
            method="POST",
            path="/openid/token",
            handler=token.respond,
            summary="Token endpoint (OpenID Connect Core 1.0 section 3.1.3)",
            public=True,
            request=Content(description="A code, and who sends it.", media_type=FORM),
            responses={
                200: Content(description="An access token and an ID token."),
                400: error,
                401: error,
            },
            tags=tags,
        ),
        HotRoute(
            method="GET",
            path="/openid/userinfo",
            handler=userinfo.respond,
            summary="UserInfo endpoint (OpenID Connect Core 1.0 section 5.3)",
            public=False,
            responses={200: claims, 401: error},
            tags=tags,
        ),
        HotRoute(
            method="POST",
            path="/openid/userinfo",
            handler=userinfo.respond,
            summary="UserInfo endpoint, with the token in the header or in the form",
            public=False,
            responses={200: claims, 401: error},
            tags=tags,
        ),
    )
