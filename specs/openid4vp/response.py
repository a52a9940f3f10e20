"""Responses (OpenID4VP 1.0 sections 8.1, 8.2, 8.5) by `direct_post`: presentations, or why there are none."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from specs.dcql import DcqlQuery
from specs.encoding import EncodingError, create_json, parse_json_object
from specs.errors import ProtocolError
from specs.oauth.error_response import parse_error_members
from specs.oauth.errors import InvalidErrorResponse, InvalidRequest, InvalidUrl
from specs.oauth.form import parse_parameters
from specs.oauth.url import check_url
from specs.openid4vp.errors import AccessDenied
from specs.openid4vp.response_errors import (
    EmptyVpToken,
    InvalidResponse,
    InvalidResponseAnswer,
    InvalidVpToken,
    TooManyPresentations,
    UnexpectedEncryption,
    UnknownCredentialQuery,
    WrongState,
)
from specs.openid4vp.url_safe import is_url_safe

MAX_VP_TOKEN_BYTES: Final = 1024 * 1024
MAX_ENTRIES: Final = 32
MAX_PRESENTATIONS: Final = 64
_MAX_ANSWER_BYTES: Final = 16_384

VpToken = Mapping[str, tuple[str, ...]]
"""Query id to presentations. Compact strings; formats that present objects are not supported."""


@dataclass(frozen=True, slots=True)
class VpTokenResponse:
    """Presentations of which nothing is verified yet."""

    vp_token: VpToken = field(repr=False)
    state: str | None


@dataclass(frozen=True, slots=True)
class VpErrorResponse:
    """The wallet's refusal: its words, not ours."""

    error: str
    error_description: str | None
    state: str | None


def create_direct_post(vp_token: Mapping[str, Sequence[str]], state: str | None) -> list[tuple[str, str]]:
    """The fields of the form to post. `state`: as in the request.

    ValueError for an empty token or entry: a wallet with nothing to show sends an error (D8).
    """
    text = create_json(create_vp_token(vp_token)).decode("utf-8")
    return [("vp_token", text), *([] if state is None else [("state", state)])]


def create_direct_post_error(error: ProtocolError, state: str | None) -> list[tuple[str, str]]:
    """The fields of the form that says why there is no presentation; from the class of the error alone."""
    return list(create_error_members(error, state).items())


def create_vp_token(vp_token: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The token as JSON. ValueError for an empty token or entry (D8)."""
    if not vp_token or not all(vp_token.values()):
        raise ValueError("nothing to present")
    return {query_id: list(presentations) for query_id, presentations in vp_token.items()}


def create_error_members(error: ProtocolError, state: str | None) -> dict[str, str]:
    """The members of an error response, whichever way it travels.

    Whatever lies behind `access_denied` has one text: a verifier does not learn from it whether the wallet
    holds the credential or its holder said no (section 15.9).
    """
    text = AccessDenied.text if error.code == AccessDenied.code else error.text
    members = {"error": error.code, "error_description": text}
    return members | ({} if state is None else {"state": state})


def parse_direct_post(pairs: Iterable[tuple[str, str]]) -> VpTokenResponse | VpErrorResponse:
    """The fields of the form that a wallet posted. Unknown ones are ignored.

    Raises InvalidResponse (neither or both, repeated, malformed), UnexpectedEncryption, InvalidVpToken,
    EmptyVpToken.
    """
    parameters = parse_response_form(pairs, max_value_length=MAX_VP_TOKEN_BYTES)
    if "response" in parameters:
        raise UnexpectedEncryption
    vp_token = parameters.get("vp_token")
    if ("error" in parameters) == (vp_token is not None):
        raise InvalidResponse("neither or both of vp_token and error")
    if vp_token is None:
        return parse_refusal(parameters)
    return VpTokenResponse(_parse_vp_token(vp_token), parse_state(parameters))


def parse_response_form(pairs: Iterable[tuple[str, str]], *, max_value_length: int) -> dict[str, str]:
    """The parameters of the form, each at most once. Raises InvalidResponse."""
    try:
        return parse_parameters(pairs, max_value_length=max_value_length)
    except InvalidRequest as error:
        raise InvalidResponse(f"{type(error).__name__} {error.detail}") from error


def without_nulls(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members of a response in JSON; null is what some wallets write for a member that they do not send."""
    return {name: value for name, value in members.items() if value is not None}


def parse_state(members: Mapping[str, Any]) -> str | None:
    """The `state` of a response, of URL-safe characters. Raises InvalidResponse."""
    state = members.get("state")
    if state is not None and not is_url_safe(state):
        raise InvalidResponse("state")
    return state


def parse_refusal(members: Mapping[str, Any]) -> VpErrorResponse:
    """The members of an error response (section 8.5). Raises InvalidResponse."""
    try:
        refusal = parse_error_members(members)
    except InvalidErrorResponse as error:
        raise InvalidResponse("error") from error
    return VpErrorResponse(refusal.error, refusal.error_description, parse_state(members))


def parse_vp_token_object(value: object) -> VpToken:
    """The token, parsed as JSON: an object of non-empty arrays of strings. InvalidVpToken, EmptyVpToken."""
    if not isinstance(value, dict):
        raise InvalidVpToken("not an object")
    if not value:
        raise EmptyVpToken
    presentations: list[Any] = []
    for entry in value.values():
        # Section 8.1: an array also around a single presentation; the drafts had it bare.
        if not isinstance(entry, list) or not entry:
            raise InvalidVpToken("an entry is not a non-empty array")
        presentations += entry
    if len(value) > MAX_ENTRIES or len(presentations) > MAX_PRESENTATIONS:
        raise InvalidVpToken("too many presentations")
    if set(map(type, presentations)) != {str} or "" in presentations:
        raise InvalidVpToken("a presentation is not a string")
    return {query_id: tuple(entry) for query_id, entry in value.items()}


def _parse_vp_token(text: str) -> VpToken:
    try:
        value = parse_json_object(text, max_bytes=MAX_VP_TOKEN_BYTES)
    except EncodingError as error:
        raise InvalidVpToken(error.code) from error
    return parse_vp_token_object(value)


def verify_vp_token_form(vp_token: VpToken, query: DcqlQuery) -> None:
    """Returns when every entry was asked for and none has more presentations than it may (section 8.1).

    The first step of section 8.6, before any presentation is looked at. Raises UnknownCredentialQuery,
    TooManyPresentations. Whether the query is answered is for specs.dcql's check_answer.
    """
    requested = query.requested_ids()
    for query_id, presentations in vp_token.items():
        asked = query.credential(query_id)
        if asked is None or query_id not in requested:
            raise UnknownCredentialQuery
        if len(presentations) > 1 and not asked.multiple:
            raise TooManyPresentations


def verify_state(response: VpTokenResponse | VpErrorResponse, expected: str | None) -> None:
    """Returns when the response has the `state` of the request, or none when that had none; WrongState."""
    if expected is None:
        if response.state is not None:
            raise WrongState
        return
    if response.state is None or not hmac.compare_digest(response.state.encode(), expected.encode()):
        raise WrongState


def create_response_answer(*, redirect_uri: str | None = None) -> dict[str, Any]:
    """The answer to a response or error; 200, `no-store`. `redirect_uri`: with a fresh random value in it."""
    return {} if redirect_uri is None else {"redirect_uri": redirect_uri}


def parse_response_answer(body: bytes, *, insecure_allow_http: bool = False) -> str | None:
    """Where the verifier wants the person to go on, None when nowhere. Unknown members are ignored.

    Raises InvalidResponseAnswer. Only https: a wallet does not open other schemes because somebody says so; a
    fragment may be there (section 8.2).
    """
    try:
        uri = parse_json_object(body, max_bytes=_MAX_ANSWER_BYTES).get("redirect_uri")
        if uri is None:
            return None
        if not isinstance(uri, str):
            raise InvalidResponseAnswer("redirect_uri")
        check_url(uri, insecure_allow_http=insecure_allow_http, with_fragment=True)
    except (EncodingError, InvalidUrl) as error:
        raise InvalidResponseAnswer(error.code) from error
    return uri
