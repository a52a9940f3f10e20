"""From the parameters of an authorization request to one that is known to be good, pushed or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from issuer.domain.authorization import Authorization, SenderKeys
from issuer.domain.client import Client, Clients
from issuer.domain.offer import ConfigurationId, OfferId
from issuer.services.resolve_issuer_state import ResolveIssuerState
from specs.oauth import (
    AuthorizationRequest,
    ClientAndRedirect,
    InvalidScope,
    InvalidTarget,
    MalformedParameter,
    parse_authorization_request,
    parse_client_and_redirect,
)
from specs.openid4vci import CredentialIssuerMetadata, RequestedCredentials, parse_requested_credentials

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A good request. ``stray_issuer_state``: it came with one that belongs to no open offer."""

    authorization: Authorization
    stray_issuer_state: bool

    @property
    def reason(self) -> str:
        """For the event."""
        return "issuer_state_ignored" if self.stray_issuer_state else ""


@dataclass(frozen=True, slots=True)
class ReadAuthorization:
    """``issuer``: the credential issuer identifier, which is the authorization server's too."""

    clients: Clients
    metadata: CredentialIssuerMetadata
    issuer_states: ResolveIssuerState
    issuer: str

    def origin(self, pairs: Pairs) -> tuple[ClientAndRedirect, Client]:
        """Who asks, and where answers go: only after this may anything be sent there.

        Raises of specs.oauth: what parse_client_and_redirect raises; of issuer.errors: UnknownClient and
        UnregisteredRedirectUri.
        """
        origin = parse_client_and_redirect(pairs)
        return origin, self.clients.find(origin.client_id, origin.redirect_uri)

    async def request(self, pairs: Pairs, client: Client, proved: SenderKeys) -> ReadRequest:
        """The whole request.

        ``proved``: keys that came with a pushed request; the code is then good for their holder alone
        (RFC 9449 section 10.1). Raises what parse_authorization_request and parse_requested_credentials
        raise, InvalidTarget, and InvalidScope when nothing that we issue is asked for.
        """
        request = parse_authorization_request(pairs)
        wanted = self._wanted(request)
        offer_id = await self._offer(request.issuer_state)
        authorization = Authorization(
            client_id=client.client_id,
            redirect_uri=request.redirect_uri,
            code_challenge=request.code_challenge,
            configuration_ids=tuple(ConfigurationId(one) for one in wanted.configuration_ids),
            by_details=frozenset(ConfigurationId(one) for one in wanted.by_details),
            state=request.state,
            ui_locales=" ".join(request.ui_locales),
            offer_id=offer_id,
            bound_to=_bound_to(request, proved),
        )
        return ReadRequest(authorization, request.issuer_state is not None and offer_id is None)

    def _wanted(self, request: AuthorizationRequest) -> RequestedCredentials:
        # OpenID4VCI section 5.1.2: `resource` is the credential issuer identifier; there is no other here.
        if any(resource != self.issuer for resource in request.resource):
            raise InvalidTarget("not this issuer")
        wanted = parse_requested_credentials(
            scopes=request.scope, details=request.authorization_details, metadata=self.metadata
        )
        if not wanted.configuration_ids:
            raise InvalidScope("nothing that is issued here")
        return wanted

    async def _offer(self, issuer_state: str | None) -> OfferId | None:
        """The open offer of ``issuer_state``, which anybody may have put into the request (section 5.1.3).

        It tells the offer's page that its wallet came, and nothing else: what is issued is what the wallet
        asks for, and to whoever signs in.
        """
        offer = None if issuer_state is None else await self.issuer_states(issuer_state)
        return None if offer is None else offer.offer_id


def _bound_to(request: AuthorizationRequest, proved: SenderKeys) -> SenderKeys:
    # RFC 9449 section 10.1: both may be there, and then they are the same key.
    if None not in (request.dpop_jkt, proved.dpop) and request.dpop_jkt != proved.dpop:
        raise MalformedParameter("dpop_jkt is not the key of the proof")
    return SenderKeys(proved.dpop or request.dpop_jkt, proved.instance)
