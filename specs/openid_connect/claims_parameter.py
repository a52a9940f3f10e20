"""The `claims` parameter: single claims, and where they are wanted (OpenID Connect Core 1.0 section 5.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.openid_connect.errors import InvalidClaimsRequest
from specs.openid_connect.verified_claims import (
    VERIFIED_CLAIMS,
    VerifiedClaimsRequest,
    parse_verified_claims_request,
)

ID_TOKEN: Final = "id_token"
USERINFO: Final = "userinfo"
MAX_CLAIMS_BYTES: Final = 8192
_MAX_CLAIMS: Final = 64
_MAX_VALUES: Final = 32
_MAX_NAME_LENGTH: Final = 256
_DEPTH: Final = 12
"""As deep as evidence can be asked for."""


@dataclass(frozen=True, slots=True)
class ClaimWish:
    """How one claim is wanted. `value` None and no `values`: with any value."""

    essential: bool = False
    value: Any = field(default=None, repr=False)
    values: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def accepted(self) -> tuple[Any, ...]:
        """The values that would do, most wanted first; empty: any."""
        return self.values if self.value is None else (self.value, *self.values)


_NO_WISHES: Final[Mapping[str, ClaimWish]] = MappingProxyType({})
_NOTHING_VERIFIED: Final[Mapping[str, VerifiedClaimsRequest]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """The claims that are asked for one by one, by name; `verified` ones by where they are wanted."""

    id_token: Mapping[str, ClaimWish] = field(default_factory=lambda: _NO_WISHES)
    userinfo: Mapping[str, ClaimWish] = field(default_factory=lambda: _NO_WISHES)
    verified: Mapping[str, VerifiedClaimsRequest] = field(default_factory=lambda: _NOTHING_VERIFIED)

    @property
    def acr(self) -> ClaimWish | None:
        """The wanted `acr` (section 5.5.1.1: of the ID token)."""
        return self.id_token.get("acr")

    @property
    def subjects(self) -> tuple[str, ...]:
        """The values of `sub` that the client would take; empty: any (section 3.1.2.1).

        Whether the wish is called essential does not matter: section 3.1.2.2 refuses another subject in any
        case. A value that is no text is one that nobody has.
        """
        found: list[str] = []
        for wishes in (self.id_token, self.userinfo):
            wish = wishes.get("sub")
            found += [value if isinstance(value, str) else "" for value in wish.accepted] if wish else []
        return tuple(dict.fromkeys(found))


def parse_claims_parameter(text: str | None) -> ClaimsRequest:
    """The parameter's value; None, when it was absent, asks for nothing.

    Members that are not known, at either level, are ignored (section 5.5). Raises InvalidClaimsRequest.
    """
    if text is None:
        return ClaimsRequest()
    try:
        members = parse_json_object(text, max_bytes=MAX_CLAIMS_BYTES, max_depth=_DEPTH)
    except EncodingError as error:
        raise InvalidClaimsRequest(error.code) from error
    id_token, userinfo = _place(members.get(ID_TOKEN)), _place(members.get(USERINFO))
    verified = {
        place: parse_verified_claims_request(asked[VERIFIED_CLAIMS])
        for place, asked in ((ID_TOKEN, id_token), (USERINFO, userinfo))
        if VERIFIED_CLAIMS in asked
    }
    return ClaimsRequest(_wishes(id_token), _wishes(userinfo), MappingProxyType(verified))


def create_claims_parameter(request: ClaimsRequest) -> dict[str, Any]:
    """The JSON object of the parameter; also what a store keeps of a request."""
    found: dict[str, Any] = {}
    for place, wishes in ((ID_TOKEN, request.id_token), (USERINFO, request.userinfo)):
        members = {name: _wish_members(wish) for name, wish in wishes.items()}
        if place in request.verified:
            members[VERIFIED_CLAIMS] = request.verified[place].asked
        if members:
            found[place] = members
    return found


def _place(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > _MAX_CLAIMS:
        raise InvalidClaimsRequest("not an object, or too many claims")
    return value


def _wishes(asked: dict[str, Any]) -> Mapping[str, ClaimWish]:
    return MappingProxyType(
        {_name(name): _wish(wish) for name, wish in asked.items() if name != VERIFIED_CLAIMS}
    )


def _name(name: str) -> str:
    if not 0 < len(name) <= _MAX_NAME_LENGTH:
        raise InvalidClaimsRequest("name")
    return name


def _wish(value: object) -> ClaimWish:
    if value is None:
        return ClaimWish()
    if not isinstance(value, dict):
        raise InvalidClaimsRequest("a wish is null or an object")
    essential, values = value.get("essential", False), value.get("values", [])
    if not isinstance(essential, bool) or not isinstance(values, list) or len(values) > _MAX_VALUES:
        raise InvalidClaimsRequest("essential or values")
    return ClaimWish(essential, value.get("value"), tuple(values))


def _wish_members(wish: ClaimWish) -> dict[str, Any] | None:
    members: dict[str, Any] = {"essential": True} if wish.essential else {}
    if wish.value is not None:
        members["value"] = wish.value
    if wish.values:
        members["values"] = list(wish.values)
    return members or None
