"""Claims of credentials as standard OpenID claims (OpenID Connect Core section 5.1).

Names that OpenID Connect has are used as it has them; what it has no name for keeps the collision-resistant
name of the credential (section 5.1.2). A question that was answered with yes becomes a flag.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from specs.dcql import ClaimsPath
from specs.dcql.query import ClaimsQuery, CredentialQuery
from specs.openid_connect import STANDARD_CLAIMS, VERIFIED_CLAIMS, formatted_address
from verifier.domain.needs import AGE_CLAIM, STABLE_SUBJECT_CLAIM
from verifier.domain.preset import Preset

ONTARIO: Final = "ON"
_RESIDENT: Final = "ontario_resident"
_ADDRESS_MEMBERS: Final = ("street_address", "locality", "region", "postal_code", "country")
# What a token says about itself: no credential has a say in that.
_OF_TOKENS: Final = frozenset(
    {"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "acr", "amr", "azp", "at_hash"}
    | {"c_hash", "s_hash", "sid", "preset", "events", "cnf", "vct", "status", "updated_at", VERIFIED_CLAIMS}
)


def map_claims(preset: Preset, accepted: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What a client may know of a login: nothing that the preset's query does not ask for.

    ``accepted``: claims of the accepted presentation by query id, as its result has them. Where two
    credentials have the same claim, the one that the query names first is believed.
    """
    found: dict[str, Any] = {}
    for query in preset.query.credentials:
        # Never parts of one claim from two credentials: that would be somebody whom nobody has vouched for.
        found = _of_one(query, accepted.get(query.id, {})) | found
    return found


def mapped_names(preset: Preset) -> tuple[str, ...]:
    """The names of the claims that a login with a preset may give."""
    names = dict.fromkeys(name for one in _questions(preset) for name in _names(one))
    if "family_name" in names:
        names["name"] = None
    return tuple(names)


def stable_query(preset: Preset) -> str | None:
    """The id of the credential query that asks for what stable subjects are made of."""
    asking = (one.id for one in preset.query.credentials if _asks_for_stable(one.claims or ()))
    return next(asking, None)


def _asks_for_stable(claims: tuple[ClaimsQuery, ...]) -> bool:
    return any(claim.path[0] == STABLE_SUBJECT_CLAIM for claim in claims)


def _questions(preset: Preset) -> Iterator[ClaimsQuery]:
    for query in preset.query.credentials:
        yield from (one for one in query.claims or () if _may_leave(one.path))


def _of_one(query: CredentialQuery, claims: Mapping[str, Any]) -> dict[str, Any]:
    """What one credential gives of what it was asked for."""
    found: dict[str, Any] = {}
    for wanted in query.claims or ():
        value = _at(claims, wanted.path)
        if value is None or not _may_leave(wanted.path):
            continue
        for name, mapped in _mapped(wanted, value):
            before = found.get(name)
            both_objects = isinstance(before, dict) and isinstance(mapped, dict)
            found[name] = dict(before or {}, **mapped) if both_objects else mapped
    return _completed(found)


def _may_leave(path: ClaimsPath) -> bool:
    return path[0] != STABLE_SUBJECT_CLAIM and path[0] not in _OF_TOKENS


def _at(value: Any, path: ClaimsPath) -> Any:
    """What stands at a path; of an array all that was asked for, and so all that is there."""
    for part in path:
        if not isinstance(part, str):
            return value
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _names(wanted: ClaimsQuery) -> Iterator[str]:
    first, *inner = wanted.path
    if first == AGE_CLAIM:
        yield from (f"age_{age}_or_over" for age in inner)
        return
    yield str(first)
    if _asks_for_ontario(wanted):
        yield _RESIDENT


def _mapped(wanted: ClaimsQuery, value: Any) -> Iterator[tuple[str, Any]]:
    """A claim by its OpenID name; parts of one claim come as objects that are put together."""
    first, *inner = wanted.path
    if first == AGE_CLAIM:
        ages = _members(inner, value)
        yield from ((f"age_{age}_or_over", ages[age]) for age in ages if isinstance(ages[age], bool))
    elif first == "address":
        members = _members(inner, value)
        texts = {name: members[name] for name in _ADDRESS_MEMBERS if _is_text(members.get(name))}
        if texts:
            yield "address", texts
        if _asks_for_ontario(wanted) and value == ONTARIO:
            yield _RESIDENT, True
    else:
        for part in reversed([part for part in inner if isinstance(part, str)]):
            value = {part: value}
        yield str(first), value


def _members(inner: list[Any], value: Any) -> Mapping[str, Any]:
    """Of an object: the one that was asked for, or all that are there."""
    if inner:
        return {inner[0]: value}
    return value if isinstance(value, Mapping) else {}


def _asks_for_ontario(wanted: ClaimsQuery) -> bool:
    return wanted.path == ("address", "region") and wanted.values == (ONTARIO,)


def _completed(found: dict[str, Any]) -> dict[str, Any]:
    """With what follows from the claims alone, and without standard claims of another type than theirs."""
    typed = {name: value for name, value in found.items() if _is_typed(name, value)}
    if "family_name" in typed:
        # Section 5.1: all parts of the name; people with a single one have it as their family name.
        given = typed.get("given_name")
        typed["name"] = f"{given} {typed['family_name']}" if given else typed["family_name"]
    if "address" in typed:
        address = typed["address"]
        typed["address"] = {**address, "formatted": formatted_address(address)}
    return typed


def _is_typed(name: str, value: Any) -> bool:
    is_of_type = STANDARD_CLAIMS.get(name)
    return is_of_type is None or is_of_type(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
