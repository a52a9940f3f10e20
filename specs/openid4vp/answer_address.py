"""Where and how an answer goes (OpenID4VP 1.0 sections 5.2 and 8.2), whether the request is signed or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from specs.oauth.errors import InvalidUrl
from specs.oauth.url import check_url
from specs.openid4vp.errors import (
    InvalidResponseUri,
    InvalidState,
    RedirectUriWithDirectPost,
    UnsupportedResponseMode,
)
from specs.openid4vp.response_mode import ResponseMode
from specs.openid4vp.url_safe import is_url_safe

_BY_POST: Final = {one.value: one for one in ResponseMode if not one.browser}


@dataclass(frozen=True, slots=True)
class AnswerAddress:
    """`state`: to be sent along."""

    response_uri: str
    response_mode: ResponseMode
    state: str | None


def parse_answer_address(claims: Mapping[str, Any], *, insecure_allow_http: bool) -> AnswerAddress:
    """Where the parameters of a request send its answer. Whether it may go there depends on the client.

    Raises UnsupportedResponseMode, RedirectUriWithDirectPost, InvalidResponseUri, InvalidState.
    """
    mode = claims.get("response_mode")
    if not isinstance(mode, str) or mode not in _BY_POST:
        raise UnsupportedResponseMode
    # 5.11: two places to answer to.
    if "redirect_uri" in claims:
        raise RedirectUriWithDirectPost
    uri = claims.get("response_uri")
    try:
        check_url(uri, insecure_allow_http=insecure_allow_http)
    except InvalidUrl as error:
        raise InvalidResponseUri(error.detail) from error
    state = claims.get("state")
    if state is not None and not is_url_safe(state):
        raise InvalidState
    return AnswerAddress(str(uri), _BY_POST[mode], state)
