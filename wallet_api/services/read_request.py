"""Reading a request: who asks, and for what (OpenID4VP 1.0 section 5 and annex A).

Until a signed request is known to be the verifier's own, nothing is sent anywhere, not even an error. From
then on one that cannot be right is refused to the verifier, too. Of an unsigned request nobody knows whose it
is: nothing is sent for it before the resident has decided.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from keys.certificates import SANDBOX_ORGANIZATION
from specs.dcql.errors import InvalidQuery
from specs.encoding import b64url_encode
from specs.jose import ALLOWED, Use
from specs.openid4vp import (
    AuthorizationRequest,
    AuthorizationRequestByValue,
    AuthorizationRequestReference,
    BrowserProtocol,
    BrowserRequest,
    RegisteredClient,
    RequestSigner,
    UnsignedRequest,
    VerifiedRequestObject,
    create_direct_post_error,
    parse_authorization_request,
    parse_authorization_request_uri,
    parse_unsigned_browser_request,
    verify_multisigned_browser_request,
    verify_request_object,
    verify_signed_browser_request,
    verify_vp_formats,
)
from specs.openid4vp.errors import RequestError
from specs.sd_jwt_vc import render_text
from wallet_api.domain.agreement import KNOWN_TYPES, read_agreement
from wallet_api.domain.history import AskedBy
from wallet_api.domain.registration import read_registration
from wallet_api.errors import UnsupportedBrowserProtocol
from wallet_api.ports import Clock, Randomness, TrustSource
from wallet_api.services.verifier_calls import VerifierCalls

LEEWAY: Final = timedelta(seconds=60)
_SIGNED: Final[Mapping[str, Callable[..., BrowserRequest]]] = {
    BrowserProtocol.SIGNED: verify_signed_browser_request,
    BrowserProtocol.MULTISIGNED: verify_multisigned_browser_request,
}
_NONCE_BYTES: Final = 16
_CREDENTIAL_ALGORITHMS: Final = frozenset(one.value for one in ALLOWED[Use.CREDENTIAL])
_KEY_BINDING_ALGORITHMS: Final = frozenset({"ES256"})


@dataclass(frozen=True, slots=True)
class AsRead:
    """A request that can be put before the resident."""

    request: AuthorizationRequest | BrowserRequest
    asked: AskedBy


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a page hands over. ``origin``: as the browser says, never as the page does."""

    origin: str
    protocol: str
    data: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """``registered``: verifiers known beforehand, by their client identifier."""

    calls: VerifierCalls
    trust: TrustSource
    registered: Mapping[str, RegisteredClient]
    clock: Clock
    randomness: Randomness

    async def from_link(self, link: str) -> AsRead:
        """The request behind a link, or in it.

        Raises:
            specs.openid4vp.errors.RequestError, specs.dcql.errors.InvalidQuery: not a request to be answered.
            VerifierUnreachable: the request object cannot be had.
            TrustUnavailable: it cannot be said now which verifiers are known.
        """
        found = parse_authorization_request_uri(
            link.strip(), registered=self.registered, insecure_allow_http=self.calls.allow_http
        )
        if isinstance(found, UnsignedRequest):
            return _as_read(_parse(found), None, self.clock.now())
        verified = await self._verify(found)
        try:
            return _as_read(_parse(verified), verified.signer, self.clock.now())
        except (RequestError, InvalidQuery) as error:
            fields = create_direct_post_error(error, verified.state)
            await self.calls.deliver_refusal(verified.response_uri, fields)
            raise

    def from_page(self, page: PageRequest) -> AsRead:
        """A request through the browser's own interface (5.34).

        Raises:
            specs.openid4vp.errors.RequestError, specs.dcql.errors.InvalidQuery: not a request to be answered;
                the page is to be given the code.
            UnsupportedBrowserProtocol: a protocol that this wallet does not speak.
            TrustUnavailable: it cannot be said now which verifiers are known.
        """
        now = self.clock.now()
        if page.protocol == BrowserProtocol.UNSIGNED:
            request = parse_unsigned_browser_request(
                page.data, origin=page.origin, transaction_data_types=KNOWN_TYPES
            )
        elif page.protocol in _SIGNED:
            request = _SIGNED[page.protocol](
                page.data,
                origin=page.origin,
                anchors=self.trust.current(now).verifier_anchors,
                registered=self.registered,
                now=now,
                leeway=LEEWAY,
                transaction_data_types=KNOWN_TYPES,
            )
        else:
            raise UnsupportedBrowserProtocol
        _check_formats(request)
        return _as_read(request, request.signer, now)

    async def _verify(
        self, link: AuthorizationRequestReference | AuthorizationRequestByValue
    ) -> VerifiedRequestObject:
        """The signed request of a link, or behind it; nobody else's."""
        if isinstance(link, AuthorizationRequestByValue):
            jws, expected_nonce, fetched_from = link.request, None, None
        else:
            wallet_nonce = b64url_encode(self.randomness.token_bytes(_NONCE_BYTES))
            jws, expected_nonce = await self.calls.request_object(link, wallet_nonce)
            fetched_from = link.request_uri
        now = self.clock.now()
        return verify_request_object(
            jws,
            client_id=link.client_id,
            anchors=self.trust.current(now).verifier_anchors,
            registered=self.registered,
            now=now,
            leeway=LEEWAY,
            wallet_nonce=expected_nonce,
            request_uri=fetched_from,
            insecure_allow_http=self.calls.allow_http,
        )


def _parse(request: VerifiedRequestObject | UnsignedRequest) -> AuthorizationRequest:
    parsed = parse_authorization_request(request, transaction_data_types=KNOWN_TYPES)
    _check_formats(parsed)
    return parsed


def _check_formats(request: AuthorizationRequest | BrowserRequest) -> None:
    formats = request.client_metadata.vp_formats_supported if request.client_metadata else None
    if formats is not None:
        verify_vp_formats(
            formats,
            credential_algorithms=_CREDENTIAL_ALGORITHMS,
            key_binding_algorithms=_KEY_BINDING_ALGORITHMS,
        )


def _as_read(
    request: AuthorizationRequest | BrowserRequest, signer: RequestSigner | None, now: datetime
) -> AsRead:
    """Who asks, as far as anybody vouches for it. Raises InvalidTransactionData for words not to be shown."""
    registration, origin = None, None
    if isinstance(request, BrowserRequest):
        home = origin = request.origin
    else:
        home = request.response_uri
    if signer is not None:
        registration = read_registration(request.verifier_info, signer.key, home=home, now=now, leeway=LEEWAY)
    asked = AskedBy(
        client_id=request.client_id.full if request.client_id else None,
        origin=origin,
        name=_name_of(signer),
        trusted=signer is not None,
        registration=registration,
        agreements=tuple(read_agreement(one) for one in request.transaction_data),
    )
    return AsRead(request, asked)


def _name_of(signer: RequestSigner | None) -> str | None:
    """What somebody vouches for; nothing in an unsigned request."""
    if signer is None:
        return None
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
