"""Logins, wired: what people's browsers open, and where clients push their requests to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.routing import Route

from keys import KeyPurpose, KeyRing
from specs.jose import PublicJwk, parse_jwks
from trillium.runtime.openapi import HotRoute
from verifier.app.openid.parts import OpenIdParts
from verifier.app.openid.tokens import TokenServices
from verifier.domain.openid.login import LOGIN_MEMORY
from verifier.ports_openid import LoginStore, SessionStore
from verifier.services.openid.begin_login import BeginLogin, LoginStores
from verifier.services.openid.clients import OpenIdClients
from verifier.services.openid.finish_login import FinishLogin
from verifier.services.openid.push_login import PushLogin
from verifier.services.openid.read_login import ReadLogin
from verifier.services.openid.verified_claims import VerifiedClaims
from verifier.settings import Settings
from verifier.web.openid.authorize import AUTHORIZE_PATH, AuthorizeEndpoint
from verifier.web.openid.login_page import LoginPage
from verifier.web.openid.par import PushedLoginEndpoint, par_routes
from verifier.web.openid.sign_in_cookies import SignInCookies
from verifier.web.page_cookies import PageCookies
from verifier.web.pages import script_address

if TYPE_CHECKING:
    from verifier.app.services import Verifier


@dataclass(frozen=True, slots=True)
class LoginServices:
    begin: BeginLogin
    finish: FinishLogin
    push: PushLogin


def build_logins(parts: OpenIdParts, clients: OpenIdClients, tokens: TokenServices) -> LoginServices:
    """Wires the services."""
    stores, outside, issuer = parts.stores, parts.outside, parts.settings.openid_issuer
    kept = LoginStores(stores.logins, stores.sessions, outside.store)
    clock, randomness = outside.clock, outside.randomness
    verified = VerifiedClaims(parts.seals, parts.settings.trust_framework)
    read = ReadLogin(clients, parts.presets, issuer, lambda now: id_token_keys(parts.ring, now), verified)
    return LoginServices(
        begin=BeginLogin(
            read,
            kept,
            parts.start,
            parts.pages.sessions,
            tokens.grants,
            clock,
            parts.settings.open_presentations,
        ),
        finish=FinishLogin(
            clients,
            parts.presets,
            kept,
            tokens.grants,
            parts.seals,
            verified,
            lambda: parts.ring.secret_for(KeyPurpose.PAIRWISE_SUBJECT),
            clock,
            randomness,
            issuer,
        ),
        push=PushLogin(read, stores.logins, clock, randomness),
    )


def id_token_keys(ring: KeyRing, now: datetime) -> Mapping[str, PublicJwk]:
    """What our ID tokens can be checked with, by ``kid``; also keys that sign no more."""
    keys = parse_jwks(ring.jwks((KeyPurpose.ID_TOKEN,), now))
    return {key.kid: key for key in keys if key.kid is not None}


def sign_in_cookies(settings: Settings) -> SignInCookies:
    """What remembers a browser."""
    return SignInCookies(settings.base_path, settings.https)


def login_page(verifier: "Verifier") -> LoginPage:
    """What the page of a presentation has when it answers a login."""
    settings = verifier.settings
    script = script_address(settings.base_path, "press_once")
    return LoginPage(
        verifier.openid.logins.finish, _page_cookies(verifier), sign_in_cookies(settings), script
    )


def login_routes(verifier: "Verifier") -> Sequence[HotRoute]:
    """What clients call."""
    tokens = verifier.openid.tokens
    url = f"{verifier.settings.openid_issuer}/par"
    return par_routes(
        PushedLoginEndpoint(verifier.openid.logins.push, tokens.authenticate, tokens.sender, url)
    )


def login_page_routes(verifier: "Verifier") -> Sequence[Route]:
    """Where clients send browsers to."""
    endpoint = AuthorizeEndpoint(
        verifier.openid.logins.begin, _page_cookies(verifier), sign_in_cookies(verifier.settings)
    )
    return (Route(AUTHORIZE_PATH, endpoint.respond, methods=["GET", "POST"]),)


async def purge_logins(logins: LoginStore, sessions: SessionStore, now: datetime) -> None:
    """A step of the background: what is over is forgotten."""
    await logins.purge_logins(now, now - LOGIN_MEMORY)
    await sessions.purge_sessions(now)


def _page_cookies(verifier: "Verifier") -> PageCookies:
    settings = verifier.settings
    return PageCookies(settings.base_path, settings.https, verifier.pages.sessions.secrets)
