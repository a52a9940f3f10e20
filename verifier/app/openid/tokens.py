"""Codes, tokens and claims, wired: what a client's own programs call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from keys import KeyPurpose, Signer
from specs.jose import Algorithm
from trillium.runtime.cors import CrossOrigin
from trillium.runtime.openapi import FORM, Content, HotRoute
from verifier.app.openid.parts import OpenIdParts
from verifier.clients.openid_client_keys import HttpClientKeys
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

TOKEN_CROSS_ORIGIN: Final = (
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


def token_routes(verifier: "Verifier") -> Sequence[HotRoute]:
    """Token and UserInfo."""
    issuer, tokens = verifier.settings.openid_issuer, verifier.openid.tokens
    token = TokenEndpoint(tokens.authenticate, tokens.sender, tokens.exchange, f"{issuer}/token")
    userinfo = UserInfoEndpoint(tokens.userinfo, f"{issuer}/userinfo")
    error = Content(description="The registered error, as JSON.")
    claims = Content(description="sub, and the claims of the login while they are kept.")
    tags = ["relying services"]
    return (
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
