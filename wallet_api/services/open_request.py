"""Reading a request: who asks, what for, and what of this wallet would answer it (OpenID4VP 1.0 section 5).

Until the request object is known to be the verifier's own, nothing is sent anywhere, not even an error. From
then on a request that cannot be right is refused to the verifier, too. Nothing is shown here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from keys.certificates import SANDBOX_ORGANIZATION
from specs.dcql import (
    Candidate,
    DcqlQuery,
    Match,
    Selection,
    create_dcql_query,
    match_query,
    suggest_choice,
    verify_choice,
)
from specs.dcql.errors import InvalidQuery
from specs.encoding import b64url_encode
from specs.jose import ALLOWED, Use
from specs.openid4vp import (
    AuthorizationRequest,
    AuthorizationRequestByValue,
    AuthorizationRequestReference,
    UnsignedRequest,
    VerifiedRequestObject,
    parse_authorization_request,
    parse_authorization_request_uri,
    verify_request_object,
    verify_vp_formats,
)
from specs.openid4vp.errors import RequestError, UnsupportedResponseMode
from specs.sd_jwt_vc import render_text
from wallet_api.domain.account import Account
from wallet_api.domain.consent import (
    RequestedCredential,
    Verifier,
    WhyNot,
    describe_queries,
    describe_selections,
    why_not,
)
from wallet_api.domain.event import RESIDENT, Event, EventName
from wallet_api.domain.held_credential import HeldCredential
from wallet_api.domain.operation import OperationId
from wallet_api.domain.pending import PendingRequest
from wallet_api.ports import Clock, CredentialStore, Randomness, TrustSource
from wallet_api.services.open_copies import candidate_of, closed_candidate, open_copy
from wallet_api.services.operations import Operations
from wallet_api.services.vault import Vault
from wallet_api.services.verifier_calls import VerifierCalls

LEEWAY: Final = timedelta(seconds=60)
_NONCE_BYTES: Final = 16
_CREDENTIAL_ALGORITHMS: Final = frozenset(one.value for one in ALLOWED[Use.CREDENTIAL])
_KEY_BINDING_ALGORITHMS: Final = frozenset({"ES256"})


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """What to ask the resident. With ``why_not`` the request can only be refused."""

    operation_id: OperationId
    verifier: Verifier
    requested: Sequence[RequestedCredential]
    can_answer: bool
    why_not: Sequence[WhyNot]


@dataclass(frozen=True, slots=True)
class OpenRequest:
    calls: VerifierCalls
    trust: TrustSource
    credentials: CredentialStore
    vault: Vault
    operations: Operations
    clock: Clock
    randomness: Randomness

    async def __call__(self, account: Account, link: str) -> OpenedRequest:
        """Fetches, verifies and matches the request behind a link.

        Raises:
            specs.openid4vp.errors.RequestError, specs.dcql.errors.InvalidQuery: not a request to be answered.
            VerifierUnreachable: the request object cannot be had.
            TrustUnavailable: it cannot be said now which verifiers are known.
        """
        found = parse_authorization_request_uri(link.strip(), insecure_allow_http=self.calls.allow_http)
        verified = found if isinstance(found, UnsignedRequest) else await self._verify(found)
        try:
            request = _parse(verified)
        except (RequestError, InvalidQuery) as error:
            await self.calls.deliver_error(verified.response_uri, verified.state, error)
            raise
        return await self._ask(account, verified, request)

    async def _verify(
        self, link: AuthorizationRequestReference | AuthorizationRequestByValue
    ) -> VerifiedRequestObject:
        """The signed request of a link, or behind it; nobody else's."""
        if isinstance(link, AuthorizationRequestByValue):
            jws, expected_nonce = link.request, None
        else:
            wallet_nonce = b64url_encode(self.randomness.token_bytes(_NONCE_BYTES))
            jws, expected_nonce = await self.calls.request_object(link, wallet_nonce)
        return verify_request_object(
            jws,
            client_id=link.client_id,
            anchors=self.trust.current(self.clock.now()).verifier_anchors,
            now=self.clock.now(),
            leeway=LEEWAY,
            wallet_nonce=expected_nonce,
            insecure_allow_http=self.calls.allow_http,
        )

    async def _ask(
        self,
        account: Account,
        verified: VerifiedRequestObject | UnsignedRequest,
        request: AuthorizationRequest,
    ) -> OpenedRequest:
        cards = await self.credentials.credentials_of(account.account_id)
        now = self.clock.now()
        current = [card for card in cards if not card.is_expired(now)]
        candidates = await self._candidates(account, current, request.query)
        match = match_query(request.query, candidates)
        chosen = _choose(match)
        operation_id = await self._wait(account, request, chosen)
        expired = [frozenset(card.lineage) for card in cards if card.is_expired(now)]
        return OpenedRequest(
            operation_id,
            Verifier(
                request.client_id.full,
                _name_of(verified),
                trusted=isinstance(verified, VerifiedRequestObject),
            ),
            describe_selections(match, chosen, candidates) if chosen else describe_queries(match),
            bool(chosen),
            () if chosen else why_not(match, expired),
        )

    async def _wait(
        self, account: Account, request: AuthorizationRequest, chosen: dict[str, tuple[Selection, ...]]
    ) -> OperationId:
        pending = PendingRequest(
            client_id=request.client_id.full,
            response_uri=request.response_uri,
            nonce=request.nonce,
            state=request.state,
            query=create_dcql_query(request.query),
            choice={query_id: one.credential_id for query_id, (one, *_) in chosen.items()},
            agreed={query_id: shown_paths(one) for query_id, (one, *_) in chosen.items()},
        )
        event = Event(EventName.PRESENTATION_OPENED, RESIDENT, self.clock.now(), account.account_id)
        return await self.operations.put(account, pending, event)

    async def _candidates(
        self, account: Account, cards: Sequence[HeldCredential], query: DcqlQuery
    ) -> Sequence[Candidate]:
        """The cards, opened only where their type is asked for."""
        wanted = {type_ for one in query.credentials for type_ in one.types}
        candidates = []
        for card in cards:
            copy = None
            if not wanted.isdisjoint(card.lineage):
                copy = await self.credentials.read_copy(account.account_id, card.credential_id)
            if copy is None:
                candidates.append(closed_candidate(card))
            else:
                candidates.append(candidate_of(card, open_copy(self.vault, account, card, copy)))
        return candidates


def shown_paths(selection: Selection) -> tuple[tuple[str | int | None, ...], ...]:
    """What the resident is told will be seen."""
    return tuple(one.claim.path for one in selection.claims)


def _parse(verified: VerifiedRequestObject | UnsignedRequest) -> AuthorizationRequest:
    # 5.09: no type of transaction data is known here, so a request with any is refused.
    request = parse_authorization_request(verified, transaction_data_types={})
    formats = request.client_metadata.vp_formats_supported if request.client_metadata else None
    if request.encryption is not None:
        raise UnsupportedResponseMode
    if formats is not None:
        verify_vp_formats(
            formats,
            credential_algorithms=_CREDENTIAL_ALGORITHMS,
            key_binding_algorithms=_KEY_BINDING_ALGORITHMS,
        )
    return request


def _choose(match: Match) -> dict[str, tuple[Selection, ...]]:
    return verify_choice(match, suggest_choice(match)) if match.satisfied else {}


def _name_of(request: VerifiedRequestObject | UnsignedRequest) -> str | None:
    """What is vouched for; nothing for an unsigned request."""
    if isinstance(request, UnsignedRequest):
        return None
    signer = request.signer
    if signer.registered is not None:
        return signer.registered.name
    return _name_in(signer.chain.leaf) if signer.chain else None


def _name_in(leaf: x509.Certificate) -> str | None:
    """What its authority says the verifier is called; the organization before the name of a machine."""
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in leaf.subject.get_attributes_for_oid(oid):
            # A development authority puts its own marker there.
            if attribute.value != SANDBOX_ORGANIZATION:
                return render_text(str(attribute.value)) or None
    return None
