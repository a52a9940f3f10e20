"""Every message to an issuer and its authorization server, and what comes back (OpenID4VCI 1.0).

Each answer is from a stranger: its status, media type and size are checked here, its members by ``specs``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from specs.encoding import create_json
from specs.oauth import (
    AuthorizationServerMetadata,
    InvalidErrorResponse,
    PreAuthorizedCodeRequest,
    TokenResponse,
    authorization_server_metadata_url,
    create_token_request,
    parse_authorization_server_metadata,
    parse_error_response,
    parse_token_response,
)
from specs.oauth.metadata import MAX_METADATA_BYTES as MAX_SERVER_METADATA_BYTES
from specs.oauth.token_response import MAX_TOKEN_RESPONSE_BYTES
from specs.openid4vci import (
    CredentialIssuerMetadata,
    CredentialOffer,
    CredentialResponse,
    credential_issuer_metadata_url,
    parse_credential_offer,
    parse_credential_response,
    parse_issuer_metadata,
    parse_nonce_response,
)
from specs.openid4vci.credential_offer import MAX_OFFER_BYTES
from specs.openid4vci.credential_response import MAX_CREDENTIAL_RESPONSE_BYTES
from specs.openid4vci.issuer_metadata import MAX_METADATA_BYTES
from wallet_api.errors import IssuanceDeferred, IssuerRefused, IssuerUnreachable, NoAnswer
from wallet_api.ports import HttpAnswer, Internet

JSON: Final = "application/json"
_MAX_NONCE_BYTES: Final = 8192
_REFUSALS: Final = (400, 401, 403)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IssuerCalls:
    """``allow_http``: for a laptop; which origins may be called at all is the Internet's rule.

    Every method raises IssuerUnreachable for no answer or one that is not JSON with the right status, and the
    errors of the parser it names.
    """

    internet: Internet
    allow_http: bool

    async def offer(self, uri: str) -> CredentialOffer:
        """An offer by reference (section 4.1.3): GET, JSON, never signed."""
        answer = await self._get(uri, MAX_OFFER_BYTES)
        return parse_credential_offer(answer.body, insecure_allow_http=self.allow_http)

    async def metadata(self, credential_issuer: str) -> CredentialIssuerMetadata:
        """The issuer's own description, at the inserted well-known address (4.02)."""
        url = credential_issuer_metadata_url(credential_issuer)
        answer = await self._get(url, MAX_METADATA_BYTES, follow=True)
        return parse_issuer_metadata(
            answer.body, credential_issuer=credential_issuer, insecure_allow_http=self.allow_http
        )

    async def server_metadata(self, issuer: str) -> AuthorizationServerMetadata:
        """The description of its authorization server (RFC 8414)."""
        answer = await self._get(authorization_server_metadata_url(issuer), MAX_SERVER_METADATA_BYTES)
        return parse_authorization_server_metadata(
            answer.body, issuer=issuer, insecure_allow_http=self.allow_http
        )

    async def token(self, endpoint: str, request: PreAuthorizedCodeRequest) -> TokenResponse:
        """An access token for a pre-authorized code. IssuerRefused with ``invalid_grant`` and the like."""
        fields = create_token_request(request)
        answer = await _reached(
            self.internet.post_form(endpoint, fields, accept=JSON, max_bytes=MAX_TOKEN_RESPONSE_BYTES)
        )
        return _read(answer, parse_token_response)

    async def nonce(self, endpoint: str) -> str:
        """A fresh ``c_nonce`` (section 7)."""
        answer = await _reached(
            self.internet.post_json(endpoint, b"", bearer=None, max_bytes=_MAX_NONCE_BYTES)
        )
        return _read(answer, parse_nonce_response)

    async def credential(
        self, endpoint: str, access_token: str, request: dict[str, Any], *, number_of_keys: int
    ) -> CredentialResponse:
        """The credentials. IssuerRefused with ``invalid_nonce`` and the like, IssuanceDeferred."""
        answer = await _reached(
            self.internet.post_json(
                endpoint,
                create_json(request),
                bearer=access_token,
                max_bytes=MAX_CREDENTIAL_RESPONSE_BYTES,
            )
        )
        response = _read(answer, lambda body: parse_credential_response(body, number_of_keys=number_of_keys))
        if not isinstance(response, CredentialResponse):
            raise IssuanceDeferred
        return response

    async def _get(self, url: str, max_bytes: int, *, follow: bool = False) -> HttpAnswer:
        """2.14: bodies of 4xx and 5xx are never used."""
        answer = await _reached(self.internet.get(url, accept=JSON, max_bytes=max_bytes, follow=follow))
        _require_json(answer)
        if answer.status != 200:
            raise IssuerUnreachable(f"status {answer.status}")
        return answer


async def _reached(call: Awaitable[HttpAnswer]) -> HttpAnswer:
    try:
        return await call
    except NoAnswer as error:
        raise IssuerUnreachable(error.detail) from error


def _read(answer: HttpAnswer, parse: Callable[[bytes], T]) -> T:
    """The message in an answer to a POST; a refusal in the form of RFC 6749 section 5.2 is told apart."""
    _require_json(answer)
    if 200 <= answer.status < 300:
        return parse(answer.body)
    if answer.status not in _REFUSALS:
        raise IssuerUnreachable(f"status {answer.status}")
    try:
        raise IssuerRefused(parse_error_response(answer.body).error)
    except InvalidErrorResponse as error:
        raise IssuerUnreachable(f"status {answer.status} without an error code") from error


def _require_json(answer: HttpAnswer) -> None:
    if answer.media_type != JSON:
        raise IssuerUnreachable(f"status {answer.status}, {answer.media_type[:80]}")
