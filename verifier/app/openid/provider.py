"""Every service of the OpenID provider, wired: one field and one line for each piece."""

from dataclasses import dataclass

from verifier.app.openid.clients import ClientServices, build_clients
from verifier.app.openid.logins import LoginServices, build_logins
from verifier.app.openid.parts import OpenIdParts
from verifier.app.openid.sign_out import SignOutServices, build_sign_out
from verifier.app.openid.tokens import TokenServices, build_tokens
from verifier.services.openid.clients import OpenIdClients


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenId:
    """The services of the provider; its routes, tasks and the command line use them."""

    issuer: str
    clients: OpenIdClients
    registration: ClientServices
    tokens: TokenServices
    logins: LoginServices
    sign_out: SignOutServices


def build_openid(parts: OpenIdParts) -> OpenId:
    """Wires the services."""
    clients = OpenIdClients(parts.stores.clients, reviewed_only=parts.settings.is_production)
    tokens = build_tokens(parts, clients)
    return OpenId(
        issuer=parts.settings.openid_issuer,
        clients=clients,
        registration=build_clients(parts),
        tokens=tokens,
        logins=build_logins(parts, clients, tokens),
        sign_out=build_sign_out(parts, clients),
    )
