"""Token requests (RFC 6749 section 4.1.3 and, for the pre-authorized code, OpenID4VCI 1.0 section 6.1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from specs.oauth.errors import MalformedParameter, UnsupportedGrantType
from specs.oauth.form import check_visible, parse_parameters, require_parameter

PRE_AUTHORIZED_CODE_GRANT: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

MAX_CODE_LENGTH: Final = 1024
MAX_TX_CODE_LENGTH: Final = 64
MAX_CLIENT_ID_LENGTH: Final = 512
# RFC 8707 section 2: the one parameter that a client may repeat.
_REPEATABLE: Final = frozenset({"resource"})


@dataclass(frozen=True, slots=True)
class PreAuthorizedCodeRequest:
    """With the pre-authorized code of an offer. `client_id` None: the client did not name itself."""

    pre_authorized_code: str = field(repr=False)
    tx_code: str | None = field(default=None, repr=False)
    client_id: str | None = None


# One class per grant that we accept.
TokenRequest: TypeAlias = PreAuthorizedCodeRequest


def parse_token_request(pairs: Iterable[tuple[str, str]]) -> TokenRequest:
    """The request in the fields of a form. Unknown parameters, the drafts' `user_pin` too, are ignored.

    Raises UnsupportedGrantType, and of InvalidRequest: MissingParameter, RepeatedParameter,
    MalformedParameter, TooManyParameters. Whether the code is any good is for verify_pre_authorized_code.
    """
    parameters = parse_parameters(pairs, repeatable=_REPEATABLE)
    if require_parameter(parameters, "grant_type") != PRE_AUTHORIZED_CODE_GRANT:
        raise UnsupportedGrantType
    code = require_parameter(parameters, "pre-authorized_code")
    client_id = parameters.get("client_id")
    if client_id is not None:
        check_visible(client_id, "client_id", max_length=MAX_CLIENT_ID_LENGTH)
    return PreAuthorizedCodeRequest(
        pre_authorized_code=check_visible(code, "pre-authorized_code", max_length=MAX_CODE_LENGTH),
        tx_code=_parse_tx_code(parameters.get("tx_code")),
        client_id=client_id,
    )


def create_token_request(request: TokenRequest) -> list[tuple[str, str]]:
    """The fields of the form to post."""
    fields = [("grant_type", PRE_AUTHORIZED_CODE_GRANT), ("pre-authorized_code", request.pre_authorized_code)]
    if request.tx_code is not None:
        fields.append(("tx_code", request.tx_code))
    if request.client_id is not None:
        fields.append(("client_id", request.client_id))
    return fields


def _parse_tx_code(value: str | None) -> str | None:
    # OpenID4VCI section 4.1.1: input mode `text` allows any characters; those that can be typed, we say.
    if value is not None and (len(value) > MAX_TX_CODE_LENGTH or not value.isprintable()):
        raise MalformedParameter("tx_code")
    return value
