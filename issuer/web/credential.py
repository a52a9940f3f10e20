"""The nonce endpoint and the credential endpoint (OpenID4VCI sections 7 and 8)."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from issuer.services.issue_credential import IssueCredential
from issuer.services.issue_nonce import IssueNonce
from issuer.web.token import NO_STORE
from specs.oauth import parse_bearer
from specs.openid4vci import (
    create_credential_response,
    create_nonce_response,
    parse_credential_request,
)
from specs.openid4vci.errors import InvalidCredentialRequest
from trillium.runtime.bodies import WrongContentType, read_json


class NonceEndpoint:
    """``POST /nonce``: no token needed, and an empty body (section 7.1)."""

    def __init__(self, issue: IssueNonce) -> None:
        self._issue = issue

    async def respond(self, _request: Request) -> Response:
        body = orjson.dumps(create_nonce_response(self._issue()))
        return Response(body, media_type="application/json", headers=NO_STORE)


class CredentialEndpoint:
    """``POST /credential``: the token is checked before the body is read."""

    def __init__(self, issue: IssueCredential) -> None:
        self._issue = issue

    async def respond(self, request: Request) -> Response:
        token = parse_bearer(
            request.headers.getlist("authorization"), query_names=set(request.query_params.keys())
        )
        grant = self._issue.authorize(token)
        try:
            body = await read_json(request)
        except WrongContentType as error:
            # Section 8.3.1.2 has one status and one code for a request that is not in the form it should be.
            raise InvalidCredentialRequest(error.detail) from error
        credentials = await self._issue(grant, parse_credential_request(body))
        return Response(
            orjson.dumps(create_credential_response(credentials)),
            media_type="application/json",
            headers=NO_STORE,
        )
