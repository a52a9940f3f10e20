"""Fetching a request object with POST (OpenID4VP 1.0 section 5.10): the wallet brings a nonce of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from specs.encoding import EncodingError, create_json, parse_json_object
from specs.oauth.errors import InvalidRequest, MalformedParameter
from specs.oauth.form import check_visible, parse_parameters
from specs.openid4vp.errors import InvalidAuthorizationRequest

MAX_WALLET_NONCE_LENGTH: Final = 512
MAX_WALLET_METADATA_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class RequestUriPost:
    """What a wallet says about itself. The request object must repeat `wallet_nonce`."""

    wallet_nonce: str | None = None
    wallet_metadata: Mapping[str, Any] | None = None


def create_request_uri_post(post: RequestUriPost) -> list[tuple[str, str]]:
    """The fields of the form to post, with `Accept: application/oauth-authz-req+jwt`."""
    fields: list[tuple[str, str]] = []
    if post.wallet_metadata is not None:
        fields.append(("wallet_metadata", create_json(dict(post.wallet_metadata)).decode("utf-8")))
    if post.wallet_nonce is not None:
        fields.append(("wallet_nonce", post.wallet_nonce))
    return fields


def parse_request_uri_post(pairs: Iterable[tuple[str, str]]) -> RequestUriPost:
    """The fields of the form, both optional; unknown ones are ignored. Raises InvalidAuthorizationRequest."""
    try:
        parameters = parse_parameters(pairs, max_value_length=MAX_WALLET_METADATA_BYTES)
        nonce, metadata = parameters.get("wallet_nonce"), parameters.get("wallet_metadata")
        if nonce is not None:
            check_visible(nonce, "wallet_nonce", max_length=MAX_WALLET_NONCE_LENGTH)
        return RequestUriPost(nonce, None if metadata is None else _parse_metadata(metadata))
    except InvalidRequest as error:
        raise InvalidAuthorizationRequest(f"{type(error).__name__} {error.detail}") from error


def _parse_metadata(text: str) -> dict[str, Any]:
    try:
        return parse_json_object(text, max_bytes=MAX_WALLET_METADATA_BYTES)
    except EncodingError as error:
        raise MalformedParameter("wallet_metadata") from error
