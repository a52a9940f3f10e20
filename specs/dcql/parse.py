"""From parsed JSON to a DCQL query (OpenID4VP 1.0 section 6). Unknown members are ignored, known ones must be
right.
"""

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from specs.dcql.claims_path import parse_claims_path
from specs.dcql.errors import (
    ClaimSetsWithoutClaims,
    InvalidClaimsPath,
    InvalidIdentifier,
    MalformedMember,
    QueryTooLarge,
    RepeatedClaim,
    RepeatedIdentifier,
    UnknownIdentifier,
)
from specs.dcql.query import (
    MDOC,
    SD_JWT_VC,
    ClaimsQuery,
    ClaimValue,
    CredentialQuery,
    CredentialSet,
    DcqlQuery,
    TrustedAuthority,
)

# No honest query comes near these; they bound the work of matching before it starts.
MAX_CREDENTIALS: Final = 32
MAX_CLAIMS: Final = 128
MAX_SETS: Final = 64  # claim sets, credential sets, and options of one
MAX_VALUES: Final = 128  # values of a claim, of a type, of an authority
MAX_TEXT: Final = 2048

_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
_MDOC_PATH: Final = 2  # namespace and data element (section 7.2)

T = TypeVar("T")


def parse_dcql_query(value: object) -> DcqlQuery:
    """The query in a parsed JSON value (requirement 5.12); raises InvalidQuery, one subclass per kind of
    fault.
    """
    members = _object(value, "dcql_query")
    credentials = _list_of(members, "credentials", _credential, MAX_CREDENTIALS)
    known = _distinct([query.id for query in credentials])
    if "credential_sets" not in members:
        return DcqlQuery(credentials)
    sets = _list_of(members, "credential_sets", _credential_set, MAX_SETS)
    _check_known((name for one in sets for option in one.options for name in option), known)
    return DcqlQuery(credentials, sets)


def _credential(value: object) -> CredentialQuery:
    members = _object(value, "credentials element")
    format_ = _text(members.get("format"), "format")
    claims = _optional_list(members, "claims", _claim, MAX_CLAIMS)
    return CredentialQuery(
        id=_identifier(members.get("id")),
        format=format_,
        types=_types(format_, _object(members.get("meta"), "meta")),
        multiple=_flag(members, "multiple", default=False),
        require_holder_binding=_flag(members, "require_cryptographic_holder_binding", default=True),
        trusted_authorities=_optional_list(members, "trusted_authorities", _authority, MAX_SETS),
        claims=_checked_claims(claims, format_),
        claim_sets=_claim_sets(members, claims),
    )


def _types(format_: str, meta: dict[str, Any]) -> tuple[str, ...]:
    # sections B.3.5 and B.2.3
    if format_ == SD_JWT_VC:
        return _list_of(meta, "vct_values", lambda one: _text(one, "vct_values"), MAX_VALUES)
    if format_ == MDOC:
        return (_text(meta.get("doctype_value"), "doctype_value"),)
    return ()


def _authority(value: object) -> TrustedAuthority:
    members = _object(value, "trusted_authorities element")
    values = _list_of(members, "values", lambda one: _text(one, "values"), MAX_VALUES)
    return TrustedAuthority(_text(members.get("type"), "type"), values)


def _claim(value: object) -> ClaimsQuery:
    members = _object(value, "claims element")
    return ClaimsQuery(
        path=parse_claims_path(members.get("path")),
        id=_identifier(members["id"]) if "id" in members else None,
        values=_optional_list(members, "values", _value, MAX_VALUES),
    )


def _value(value: object) -> ClaimValue:
    if not isinstance(value, str | int):  # booleans are integers to Python and allowed here too
        raise MalformedMember("values: not a string, integer or boolean")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise QueryTooLarge("values")
    return value


def _checked_claims(claims: tuple[ClaimsQuery, ...] | None, format_: str) -> tuple[ClaimsQuery, ...] | None:
    if claims is None:
        return None
    _distinct([claim.id for claim in claims if claim.id is not None])
    # section 6.3: never the same claim twice
    if len({claim.path for claim in claims}) != len(claims):
        raise RepeatedClaim
    if format_ == MDOC and not all(_is_mdoc_path(claim) for claim in claims):
        raise InvalidClaimsPath("an mdoc path is a namespace and an element")
    return claims


def _is_mdoc_path(claim: ClaimsQuery) -> bool:
    return len(claim.path) == _MDOC_PATH and all(isinstance(name, str) for name in claim.path)


def _claim_sets(
    members: dict[str, Any], claims: tuple[ClaimsQuery, ...] | None
) -> tuple[tuple[str, ...], ...] | None:
    if "claim_sets" not in members:
        return None
    if claims is None:
        raise ClaimSetsWithoutClaims
    # section 6.3: with claim_sets every claim needs an id
    if any(claim.id is None for claim in claims):
        raise InvalidIdentifier("claim without id beside claim_sets")
    sets = _list_of(members, "claim_sets", lambda one: _identifiers(one, "claim_sets"), MAX_SETS)
    _check_known((name for names in sets for name in names), frozenset(claim.id for claim in claims))
    return sets


def _credential_set(value: object) -> CredentialSet:
    members = _object(value, "credential_sets element")
    options = _list_of(members, "options", lambda one: _identifiers(one, "options"), MAX_SETS)
    return CredentialSet(options, _flag(members, "required", default=True))


def _identifiers(value: object, name: str) -> tuple[str, ...]:
    found = _list_of({name: value}, name, _identifier, MAX_CLAIMS)
    return tuple(dict.fromkeys(found))


def _list_of(members: dict[str, Any], name: str, parse: Callable[[object], T], limit: int) -> tuple[T, ...]:
    """A non-empty array: every array of section 6 is one."""
    value = members.get(name)
    if not isinstance(value, list) or not value:
        raise MalformedMember(f"{name}: not a non-empty array")
    if len(value) > limit:
        raise QueryTooLarge(name)
    return tuple(parse(element) for element in value)


def _optional_list(
    members: dict[str, Any], name: str, parse: Callable[[object], T], limit: int
) -> tuple[T, ...] | None:
    return _list_of(members, name, parse, limit) if name in members else None


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedMember(f"{name}: not an object")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise MalformedMember(f"{name}: not a non-empty string")
    if len(value) > MAX_TEXT:
        raise QueryTooLarge(name)
    return value


def _flag(members: dict[str, Any], name: str, *, default: bool) -> bool:
    value = members.get(name, default)
    if not isinstance(value, bool):
        raise MalformedMember(f"{name}: not a boolean")
    return value


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise InvalidIdentifier
    return value


def _distinct(names: list[str]) -> frozenset[str]:
    distinct = frozenset(names)
    if len(distinct) != len(names):
        raise RepeatedIdentifier
    return distinct


def _check_known(names: Any, known: frozenset[Any]) -> None:
    if not known.issuperset(names):
        raise UnknownIdentifier
