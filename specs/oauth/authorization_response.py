"""Authorization responses: an address to send the browser to (RFC 6749 section 4.1.2), always with `iss`.

RFC 9207: who talks to several servers has to know which one answered, in good and in bad news.
"""

import hmac
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

from specs.errors import ProtocolError
from specs.oauth.authorization_errors import InvalidAuthorizationResponse, WrongResponseIssuer, WrongState
from specs.oauth.error_response import ErrorResponse, parse_error_members
from specs.oauth.errors import InvalidErrorResponse, InvalidRequest
from specs.oauth.form import check_visible, parse_parameters

_MAX_CODE_LENGTH: Final = 1024
_REASON: Final = re.compile(r"[a-z_]{1,64}")


def create_authorization_response(redirect_uri: str, *, code: str, state: str | None, issuer: str) -> str:
    """Where the browser goes with the code. `state`: exactly as it came; None when it did not."""
    return _with_query(redirect_uri, {"code": code, "state": state, "iss": issuer})


def create_authorization_error_response(
    redirect_uri: str, *, error: ProtocolError, state: str | None, issuer: str, reason: str = ""
) -> str:
    """Where the browser goes with a refusal (RFC 6749 section 4.1.2.1): the class's words and no others.

    `reason`: a constant of ours that stands behind them; ValueError unless it is letters and underscores.
    Only for a redirect URI that is known to be the client's: else this is an open redirect.
    """
    if reason and not _REASON.fullmatch(reason):
        raise ValueError("a reason is a constant")
    words = f"{error.text} ({reason})" if reason else error.text
    description = {"error": error.code, "error_description": words}
    return _with_query(redirect_uri, {**description, "state": state, "iss": issuer})


def parse_authorization_response(
    pairs: Iterable[tuple[str, str]], *, issuer: str, state: str | None
) -> str | ErrorResponse:
    """The code, or the refusal, from the query that came back to the client.

    `issuer` and `state`: of the request. Raises WrongResponseIssuer (missing counts: RFC 9207 section 2.4 for
    servers that announce it, as HAIP asks), WrongState, InvalidAuthorizationResponse.
    """
    try:
        parameters = parse_parameters(pairs)
        if not hmac.compare_digest(parameters.get("iss", "").encode(), issuer.encode()):
            raise WrongResponseIssuer
        if not hmac.compare_digest(parameters.get("state", "").encode(), (state or "").encode()):
            raise WrongState
        if "error" in parameters:
            return parse_error_members(parameters)
        return check_visible(parameters.get("code", ""), "code", max_length=_MAX_CODE_LENGTH) or _no_code()
    except (InvalidRequest, InvalidErrorResponse) as error:
        raise InvalidAuthorizationResponse(error.code) from error


def _no_code() -> str:
    raise InvalidAuthorizationResponse("code")


def _with_query(uri: str, parameters: dict[str, str | None]) -> str:
    # RFC 6749 section 3.1.2: a query that the client registered is kept.
    separator = "&" if "?" in uri else "?"
    present = {name: value for name, value in parameters.items() if value is not None}
    return f"{uri}{separator}{urlencode(present)}"
