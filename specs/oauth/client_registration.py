"""Registering a client, and looking after the registration.

RFC 7591 (registration), RFC 7592 (its management), and of the members those of OpenID Connect Dynamic Client
Registration 1.0 section 2, RP-Initiated Logout 1.0 section 3.1 and Back-Channel Logout 1.0 section 2.2.
Only the form is looked at: what a client may ask for is decided elsewhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import Field

from specs.encoding import to_numeric_date
from specs.jose.errors import JoseError
from specs.jose.jwk import PublicJwk, parse_jwks
from specs.oauth.authorization_errors import InvalidRedirectUri
from specs.oauth.client_authentication import CLIENT_SECRET_BASIC
from specs.oauth.errors import InvalidScope, InvalidUrl, OAuthError
from specs.oauth.message import Message, Name, Names, parse_message
from specs.oauth.redirect_uri import check_redirect_uri
from specs.oauth.scope import create_scope, parse_scope
from specs.oauth.token_request import AUTHORIZATION_CODE_GRANT
from specs.oauth.url import check_url

_CODE: Final = "code"
_RS256: Final = "RS256"
_WEB: Final = "web"
# Read by other means than the model's, or, where more may be asked for than there is, always ours.
_READ_APART: Final = {"scope", "jwks", "contacts", "default_acr_values", "grant_types", "response_types"}
# Tokens in the clear, and answers without signature, would be another thing than was agreed on.
_NOT_TO_BE_HAD: Final = (
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_signed_response_alg",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
)
# RFC 7591 section 2.2: a name, a number sign, a language tag (BCP 47).
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_MAX_TEXT_LENGTH: Final = 2048
# RFC 7592 section 2.2: what the server decided is not for the client to send back.
_SERVERS_OWN: Final = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)


class InvalidClientMetadata(OAuthError):
    """A member that is malformed, or that asks for what there is not."""

    code = "invalid_client_metadata"
    text = "The registration has a value that is not valid or not supported."
    section = "RFC 7591 section 3.2.2"


class InvalidRegisteredRedirectUri(OAuthError):
    """A redirect URI that no client may have."""

    code = "invalid_redirect_uri"
    text = "A redirect URI of the registration is not valid."
    section = "RFC 7591 section 3.2.2"


class SoftwareStatementNotSupported(OAuthError):
    """Nobody's statement about software is believed here."""

    code = "unapproved_software_statement"
    text = "Software statements are not accepted."
    section = "RFC 7591 section 3.2.2"


Urls = Annotated[tuple[Name, ...], Field(strict=False, max_length=32)]


class _Members(Message):
    redirect_uris: Names
    token_endpoint_auth_method: Name = CLIENT_SECRET_BASIC
    grant_types: Names = (AUTHORIZATION_CODE_GRANT,)
    response_types: Names = (_CODE,)
    application_type: Name = _WEB
    client_uri: Name | None = None
    contacts: Names | None = None
    scope: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: Name | None = None
    id_token_signed_response_alg: Name = _RS256
    subject_type: Name | None = None
    sector_identifier_uri: Name | None = None
    default_max_age: Annotated[int, Field(ge=0)] | None = None
    require_auth_time: bool = False
    default_acr_values: Names | None = None
    post_logout_redirect_uris: Urls = ()
    backchannel_logout_uri: Name | None = None
    backchannel_logout_session_required: bool = False
    dpop_bound_access_tokens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientMetadata:
    """What a client says about itself; nothing is known to be true.

    `client_names`: by language tag, "" for the one without. `jwks` None: no keys by value.
    """

    redirect_uris: tuple[str, ...]
    token_endpoint_auth_method: str = CLIENT_SECRET_BASIC
    grant_types: tuple[str, ...] = (AUTHORIZATION_CODE_GRANT,)
    response_types: tuple[str, ...] = (_CODE,)
    application_type: str = _WEB
    client_names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    client_uri: str | None = None
    contacts: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    jwks: tuple[PublicJwk, ...] | None = None
    jwks_uri: str | None = None
    id_token_signed_response_alg: str = _RS256
    subject_type: str | None = None
    sector_identifier_uri: str | None = None
    default_max_age: int | None = None
    require_auth_time: bool = False
    default_acr_values: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    dpop_bound_access_tokens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientUpdate:
    """Everything that is to be from now on (RFC 7592 section 2.2). `client_secret`: the present one."""

    metadata: ClientMetadata
    client_secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationAnswer:
    """What the server adds to the metadata (RFC 7591 section 3.2.1, RFC 7592 section 3).

    `client_secret` None: the client has none, or it is not shown again. `registration_access_token` None: the
    client knows it.
    """

    client_id: str
    issued_at: datetime
    client_secret: str | None = field(default=None, repr=False)
    registration_access_token: str | None = field(default=None, repr=False)
    registration_client_uri: str | None = None


def parse_client_metadata(members: Mapping[str, Any], *, insecure_allow_http: bool = False) -> ClientMetadata:
    """The members of a registration that are known here; others are ignored (RFC 7591 section 2).

    Of grant and response types only ours are kept, as the answer then says (section 3.2.1).
    `members`: a parsed JSON object. `insecure_allow_http`: of the addresses that we would call, for a
    development machine. Raises InvalidClientMetadata, InvalidRegisteredRedirectUri,
    SoftwareStatementNotSupported.
    """
    if "software_statement" in members:
        raise SoftwareStatementNotSupported
    # Null and absent are one.
    given = {name: value for name, value in members.items() if value is not None}
    for name in _NOT_TO_BE_HAD:
        if name in given:
            raise InvalidClientMetadata(name)
    if "redirect_uris" not in given:
        raise InvalidRegisteredRedirectUri("missing")
    found = parse_message(_Members, given, InvalidClientMetadata)
    _check_redirects(found)
    _check_kinds(found)
    _check_addresses(found, insecure_allow_http)
    return ClientMetadata(
        **found.model_dump(exclude=_READ_APART),
        contacts=found.contacts or (),
        default_acr_values=found.default_acr_values or (),
        client_names=parse_localized(members, "client_name"),
        scope=_scope(found.scope),
        jwks=_jwks(found.jwks),
    )


def parse_client_update(
    members: Mapping[str, Any], *, client_id: str, insecure_allow_http: bool = False
) -> ClientUpdate:
    """What a client wants to be from now on (RFC 7592 section 2.2).

    `client_id`: of the client whose registration it is. Raises what parse_client_metadata raises.
    """
    if members.get("client_id") != client_id:
        raise InvalidClientMetadata("client_id", section="RFC 7592 section 2.2")
    if any(name in members for name in _SERVERS_OWN):
        raise InvalidClientMetadata("a member of the server's own", section="RFC 7592 section 2.2")
    secret = members.get("client_secret")
    if not isinstance(secret, str | None):
        raise InvalidClientMetadata("client_secret")
    metadata = parse_client_metadata(members, insecure_allow_http=insecure_allow_http)
    return ClientUpdate(metadata=metadata, client_secret=secret)


def parse_localized(members: Mapping[str, Any], name: str, *, max_length: int = 200) -> dict[str, str]:
    """The text of a member by language: `client_name`, `client_name#fr` (RFC 7591 section 2.2).

    "" is the language of the one without. Raises InvalidClientMetadata for what is no text, is longer than
    `max_length`, or has control characters.
    """
    found: dict[str, str] = {}
    for member, value in members.items():
        base, mark, language = member.partition("#")
        if base != name or value is None:
            continue
        if mark and not _LANGUAGE.fullmatch(language):
            raise InvalidClientMetadata(f"language of {name}")
        text = value.strip() if isinstance(value, str) else ""
        if not 0 < len(text) <= min(max_length, _MAX_TEXT_LENGTH) or not text.isprintable():
            raise InvalidClientMetadata(name)
        if found.setdefault(language.lower(), text) != text:
            raise InvalidClientMetadata(f"{name} twice in one language")
    return found


def create_client_metadata(metadata: ClientMetadata) -> dict[str, Any]:
    """The members of a registration; what is not set is left out."""
    members: dict[str, Any] = {
        "redirect_uris": list(metadata.redirect_uris),
        "token_endpoint_auth_method": metadata.token_endpoint_auth_method,
        "grant_types": list(metadata.grant_types),
        "response_types": list(metadata.response_types),
        "application_type": metadata.application_type,
        "id_token_signed_response_alg": metadata.id_token_signed_response_alg,
        "client_uri": metadata.client_uri,
        "contacts": list(metadata.contacts),
        "scope": create_scope(metadata.scope) if metadata.scope else None,
        "jwks": _create_jwks(metadata.jwks),
        "jwks_uri": metadata.jwks_uri,
        "subject_type": metadata.subject_type,
        "sector_identifier_uri": metadata.sector_identifier_uri,
        "default_max_age": metadata.default_max_age,
        "require_auth_time": metadata.require_auth_time or None,
        "default_acr_values": list(metadata.default_acr_values),
        "post_logout_redirect_uris": list(metadata.post_logout_redirect_uris),
        "backchannel_logout_uri": metadata.backchannel_logout_uri,
        "backchannel_logout_session_required": metadata.backchannel_logout_session_required or None,
        "dpop_bound_access_tokens": metadata.dpop_bound_access_tokens or None,
    }
    present = {name: value for name, value in members.items() if value not in (None, [])}
    return present | create_localized("client_name", metadata.client_names)


def create_localized(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The members of a text in several languages; the inverse of parse_localized."""
    return {f"{name}#{language}" if language else name: text for language, text in texts.items()}


def create_registration_answer(metadata: ClientMetadata, answer: RegistrationAnswer) -> dict[str, Any]:
    """The body of the answer to a registration, a look at it or a change (RFC 7591 section 3.2.1)."""
    members: dict[str, Any] = {
        "client_id": answer.client_id,
        "client_id_issued_at": to_numeric_date(answer.issued_at),
    }
    if answer.client_secret is not None:
        # Required beside a secret; 0: it does not expire by itself.
        members |= {"client_secret": answer.client_secret, "client_secret_expires_at": 0}
    if answer.registration_access_token is not None:
        members["registration_access_token"] = answer.registration_access_token
    if answer.registration_client_uri is not None:
        members["registration_client_uri"] = answer.registration_client_uri
    return members | create_client_metadata(metadata)


def _check_redirects(found: _Members) -> None:
    try:
        for uri in (*found.redirect_uris, *found.post_logout_redirect_uris):
            check_redirect_uri(uri)
    except InvalidRedirectUri as error:
        raise InvalidRegisteredRedirectUri(error.detail) from error
    if len(set(found.redirect_uris)) != len(found.redirect_uris):
        raise InvalidRegisteredRedirectUri("one twice")


def _check_kinds(found: _Members) -> None:
    # RFC 7591 section 2.1: grant and response types have to fit each other; we have one of each.
    if AUTHORIZATION_CODE_GRANT not in found.grant_types or _CODE not in found.response_types:
        raise InvalidClientMetadata("grant_types or response_types")
    if found.application_type not in (_WEB, "native"):
        raise InvalidClientMetadata("application_type")
    # RFC 7591 section 2: keys by value or by reference, never both.
    if found.jwks is not None and found.jwks_uri is not None:
        raise InvalidClientMetadata("jwks and jwks_uri")


def _check_addresses(found: _Members, insecure_allow_http: bool) -> None:
    addresses = {
        "client_uri": found.client_uri,
        "jwks_uri": found.jwks_uri,
        "sector_identifier_uri": found.sector_identifier_uri,
        "backchannel_logout_uri": found.backchannel_logout_uri,
    }
    for name, address in addresses.items():
        try:
            if address is not None:
                check_url(address, insecure_allow_http=insecure_allow_http)
        except InvalidUrl as error:
            raise InvalidClientMetadata(name) from error


def _scope(scope: str | None) -> tuple[str, ...]:
    try:
        return parse_scope(scope) if scope else ()
    except InvalidScope as error:
        raise InvalidClientMetadata("scope") from error


def _jwks(value: dict[str, Any] | None) -> tuple[PublicJwk, ...] | None:
    try:
        return None if value is None else tuple(parse_jwks(value))
    except JoseError as error:
        raise InvalidClientMetadata(f"jwks: {error.code}") from error


def _create_jwks(keys: tuple[PublicJwk, ...] | None) -> dict[str, Any] | None:
    if keys is None:
        return None
    return {"keys": [_create_jwk(key) for key in keys]}


def _create_jwk(key: PublicJwk) -> dict[str, Any]:
    members: dict[str, Any] = {**key.members, "alg": key.algorithm}
    return members if key.kid is None else members | {"kid": key.kid}
