"""The authorization code flow's services, wired."""

from collections.abc import Iterable
from dataclasses import dataclass

from issuer.app.outside import Outside
from issuer.clients.wallets import read_wallets
from issuer.domain.client import Clients
from issuer.services.finish_authorization import AuthorizationSessions
from issuer.services.push_authorization_request import PushAuthorizationRequest
from issuer.services.read_authorization import ReadAuthorization
from issuer.services.resolve_issuer_state import ResolveIssuerState
from issuer.services.start_authorization import StartAuthorization
from issuer.settings import Settings
from specs.openid4vci import CredentialIssuerMetadata
from trillium.runtime.settings import Check, Refusal


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """What exists only where residents can sign in."""

    push: PushAuthorizationRequest
    sessions: AuthorizationSessions


def build_clients(settings: Settings) -> Clients:
    """Registered wallets; in the sandbox also those that nobody registered."""
    return Clients(read_wallets(settings.wallets_file), anybody=not settings.is_production)


def build_authorization(
    settings: Settings, outside: Outside, metadata: CredentialIssuerMetadata, clients: Clients
) -> AuthorizationServer | None:
    """``None`` where nobody can sign in: there is no authorization endpoint then."""
    if not settings.residents_sign_in:
        return None
    store, clock, randomness = outside.stores.authorizations, outside.clock, outside.randomness
    states = ResolveIssuerState(outside.stores.offers, clock)
    read = ReadAuthorization(clients, metadata, states, settings.public_url)
    start = StartAuthorization(
        read, store, clock, randomness, require_pushed=settings.require_pushed_requests
    )
    return AuthorizationServer(
        PushAuthorizationRequest(read, store, clock, randomness),
        AuthorizationSessions(start, store, clients, clock, randomness, settings.public_url),
    )


def check_authorization(settings: Settings) -> Check:
    """HAIP section 4: requests are pushed; what came through a browser could have been changed there."""

    def check() -> Iterable[Refusal]:
        if settings.residents_sign_in and not settings.require_pushed_requests:
            yield Refusal(settings.setting_name("require_pushed_requests"), "must be on")

    return check
