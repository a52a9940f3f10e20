"""The nonce endpoint and the credential endpoint (OpenID4VCI sections 7 and 8)."""

from collections.abc import Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response

from issuer.services.authorize_request import AuthorizeRequest
from issuer.services.issue_credential import IssueCredential
from issuer.services.issue_nonce import IssueNonce
from issuer.web.credential_messages import CredentialMessages
from issuer.web.protected import protected_request
from issuer.web.token import NO_STORE
from specs.openid4vci import create_nonce_response, parse_credential_request


class NonceEndpoint:
    """``POST /nonce``: no token needed, and an empty body (section 7.1)."""

    def __init__(self, issue: IssueNonce) -> None:
        self._issue = issue

    async def respond(self, _request: Request) -> Response:
        body = orjson.dumps(create_nonce_response(self._issue()))
        return Response(body, media_type="application/json", headers=NO_STORE)


class CredentialEndpoint:
    """``POST /credential``: the token is checked before the body is read.

    ``count_draft_proof``: called for every request with the ``proof`` of drafts before 1.0; ``None``: such
    requests are refused.
    """

    def __init__(
        self,
        issue: IssueCredential,
        authorize: AuthorizeRequest,
        messages: CredentialMessages,
        *,
        count_draft_proof: Callable[[], None] | None,
    ) -> None:
        self._issue = issue
        self._authorize = authorize
        self._messages = messages
        self._count_draft_proof = count_draft_proof

    async def respond(self, request: Request) -> Response:
        grant = await self._authorize(protected_request(request))
        body = await self._messages.read(request)
        count = self._count_draft_proof
        asked = parse_credential_request(
            body.text, encrypted=body.encrypted, allow_draft_proof=count is not None
        )
        if asked.draft_proof and count is not None:
            count()
        outcome = await self._issue(grant, asked)
        return self._messages.answer(outcome, asked.response_encryption)
