"""The UserInfo endpoint (OpenID Connect Core section 5.3): GET and POST, with a token in header or form."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from specs.oauth import BEARER, DPOP_HEADER, PresentedToken, RepeatedParameter, parse_presented_token
from trillium.runtime.bodies import FORM, read_form
from verifier.openid_errors import SeveralAccessTokens
from verifier.services.openid.read_userinfo import ReadUserInfo, UserInfoRequest
from verifier.web.openid.token import NO_STORE

_PARAMETER = "access_token"


class UserInfoEndpoint:
    """``GET`` and ``POST /openid/userinfo``. ``url``: its own, which DPoP proofs are about."""

    def __init__(self, read: ReadUserInfo, url: str) -> None:
        self._read = read
        self._url = url

    async def respond(self, request: Request) -> Response:
        presented = await _presented(request)
        claims = await self._read(
            UserInfoRequest(request.method, self._url, presented, request.headers.getlist(DPOP_HEADER))
        )
        return Response(orjson.dumps(claims), media_type="application/json", headers=NO_STORE)


async def _presented(request: Request) -> PresentedToken:
    authorization = request.headers.getlist("authorization")
    in_form = await _tokens_in_form(request) if request.method == "POST" else []
    if not in_form:
        return parse_presented_token(authorization, query_names=set(request.query_params.keys()))
    # RFC 6750 section 2: not more than one way in one request.
    if authorization or _PARAMETER in request.query_params:
        raise SeveralAccessTokens
    if len(in_form) > 1:
        raise RepeatedParameter(_PARAMETER)
    return PresentedToken(BEARER, in_form[0])


async def _tokens_in_form(request: Request) -> list[str]:
    """RFC 6750 section 2.2: only of a body that says it is a form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        return []
    return [value for name, value in await read_form(request) if name == _PARAMETER and value]
