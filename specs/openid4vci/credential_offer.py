"""Credential offers (OpenID4VCI 1.0 section 4.1.1). The link that carries one is in credential_offer_uri.py.

To a wallet an offer is a stranger's suggestion: it says where to ask, and is believed in nothing
(section 13.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.oauth.errors import InvalidUrl
from specs.oauth.token_request import MAX_CODE_LENGTH, MAX_TX_CODE_LENGTH, PRE_AUTHORIZED_CODE_GRANT
from specs.oauth.url import check_identifier
from specs.openid4vci.issuer_metadata import CredentialIssuerMetadata
from specs.openid4vci.wallet_errors import (
    InvalidCredentialOffer,
    UnknownOfferedConfiguration,
    WrongAuthorizationServer,
)

AUTHORIZATION_CODE_GRANT: Final = "authorization_code"
MAX_OFFER_BYTES: Final = 65_536
MAX_CONFIGURATIONS: Final = 64
MAX_TX_CODE_DESCRIPTION: Final = 300  # section 4.1.1
_MAX_TEXT: Final = 1024
_INPUT_MODES: Final = ("numeric", "text")


@dataclass(frozen=True, slots=True)
class TxCode:
    """A transaction code is needed, and this is how to ask the person for it."""

    input_mode: str = "numeric"
    length: int | None = None
    description: str | None = None

    def __post_init__(self) -> None:
        if self.input_mode not in _INPUT_MODES:
            raise ValueError("input_mode")
        if self.length is not None and not 0 < self.length <= MAX_TX_CODE_LENGTH:
            raise ValueError("length")
        if self.description is not None and len(self.description) > MAX_TX_CODE_DESCRIPTION:
            raise ValueError("description")


@dataclass(frozen=True, slots=True)
class PreAuthorizedCodeGrant:
    """`tx_code` None: no transaction code is expected, which is not the same as one without details."""

    pre_authorized_code: str = field(repr=False)
    tx_code: TxCode | None = None
    authorization_server: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationCodeGrant:
    """`issuer_state` is echoed by the wallet and proves nothing: anyone may have put it there."""

    issuer_state: str | None = None
    authorization_server: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialOffer:
    """Who offers what. Without grants the wallet looks them up in the server's metadata."""

    credential_issuer: str
    credential_configuration_ids: tuple[str, ...]
    pre_authorized_code: PreAuthorizedCodeGrant | None = None
    authorization_code: AuthorizationCodeGrant | None = None

    def __post_init__(self) -> None:
        ids = self.credential_configuration_ids
        if not 0 < len(ids) <= MAX_CONFIGURATIONS or len(set(ids)) != len(ids) or not all(ids):
            raise ValueError("credential_configuration_ids")


def create_credential_offer(offer: CredentialOffer) -> dict[str, Any]:
    """The offer as JSON object. By reference it is served as `application/json`, `no-store`, never signed."""
    grants: dict[str, Any] = {}
    if offer.authorization_code is not None:
        code = offer.authorization_code
        grants[AUTHORIZATION_CODE_GRANT] = _without_none(
            issuer_state=code.issuer_state, authorization_server=code.authorization_server
        )
    if offer.pre_authorized_code is not None:
        grants[PRE_AUTHORIZED_CODE_GRANT] = _create_pre_authorized(offer.pre_authorized_code)
    body: dict[str, Any] = {
        "credential_issuer": offer.credential_issuer,
        "credential_configuration_ids": list(offer.credential_configuration_ids),
    }
    return body | ({"grants": grants} if grants else {})


def parse_credential_offer(body: bytes | str, *, insecure_allow_http: bool = False) -> CredentialOffer:
    """The offer in a JSON text. Unknown members and grants are ignored. Raises InvalidCredentialOffer."""
    try:
        members = parse_json_object(body, max_bytes=MAX_OFFER_BYTES)
        check_identifier(members.get("credential_issuer", ""), insecure_allow_http=insecure_allow_http)
    except (EncodingError, InvalidUrl) as error:
        raise InvalidCredentialOffer(error.code) from error
    ids = members.get("credential_configuration_ids")
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise InvalidCredentialOffer("credential_configuration_ids")
    grants = _member(members, "grants") or {}
    pre_authorized = _member(grants, PRE_AUTHORIZED_CODE_GRANT)
    authorization_code = _member(grants, AUTHORIZATION_CODE_GRANT)
    try:
        return CredentialOffer(
            credential_issuer=members["credential_issuer"],
            credential_configuration_ids=tuple(ids),
            pre_authorized_code=None if pre_authorized is None else _parse_pre_authorized(pre_authorized),
            authorization_code=None if authorization_code is None else _parse_code(authorization_code),
        )
    except ValueError as error:
        raise InvalidCredentialOffer(str(error)) from error


def verify_credential_offer(
    offer: CredentialOffer, metadata: CredentialIssuerMetadata, *, authorization_server: str | None
) -> tuple[str, ...]:
    """The authorization servers that the wallet may use, one or several.

    `metadata`: that of the offer's issuer (ValueError otherwise). `authorization_server`: what the grant that
    the wallet chose names. Raises UnknownOfferedConfiguration when the metadata lacks an offered credential,
    and WrongAuthorizationServer when it does not list the named server: section 12.2.4, the wallet must stop.
    """
    if metadata.credential_issuer != offer.credential_issuer:
        raise ValueError("metadata of another issuer")
    for one in offer.credential_configuration_ids:
        if one not in metadata.credential_configurations_supported:
            raise UnknownOfferedConfiguration
    if authorization_server is None:
        return metadata.authorization_servers or (metadata.credential_issuer,)
    if authorization_server not in (metadata.authorization_servers or ()):
        raise WrongAuthorizationServer
    return (authorization_server,)


def _create_pre_authorized(grant: PreAuthorizedCodeGrant) -> dict[str, Any]:
    created: dict[str, Any] = {"pre-authorized_code": grant.pre_authorized_code}
    if grant.tx_code is not None:
        code = grant.tx_code
        created["tx_code"] = _without_none(
            input_mode=code.input_mode, length=code.length, description=code.description
        )
    return created | _without_none(authorization_server=grant.authorization_server)


def _without_none(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _parse_pre_authorized(grant: Mapping[str, Any]) -> PreAuthorizedCodeGrant:
    code = _text(grant, "pre-authorized_code", MAX_CODE_LENGTH)
    if not code:
        raise InvalidCredentialOffer("pre-authorized_code")
    tx_code = _member(grant, "tx_code")
    return PreAuthorizedCodeGrant(
        pre_authorized_code=code,
        # Present, even empty, means that a code is needed (section 4.1.1).
        tx_code=None if tx_code is None else _parse_tx_code(tx_code),
        authorization_server=_text(grant, "authorization_server"),
    )


def _parse_tx_code(tx_code: Mapping[str, Any]) -> TxCode:
    length = tx_code.get("length")
    if length is not None and (isinstance(length, bool) or not isinstance(length, int)):
        raise InvalidCredentialOffer("length")
    mode = _text(tx_code, "input_mode")
    return TxCode("numeric" if mode is None else mode, length, _text(tx_code, "description"))


def _parse_code(grant: Mapping[str, Any]) -> AuthorizationCodeGrant:
    return AuthorizationCodeGrant(_text(grant, "issuer_state", 8192), _text(grant, "authorization_server"))


def _member(members: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    value = members.get(name)
    if not isinstance(value, dict | None):
        raise InvalidCredentialOffer(name)
    return value


def _text(members: Mapping[str, Any], name: str, max_length: int = _MAX_TEXT) -> str | None:
    value = members.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > max_length):
        raise InvalidCredentialOffer(name)
    return value
