"""The `claims` parameter: single claims, and where they are wanted (OpenID Connect Core 1.0 section 5.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.openid_connect.errors import InvalidClaimsRequest

MAX_CLAIMS_BYTES: Final = 8192
_MAX_CLAIMS: Final = 64
_MAX_VALUES: Final = 32
_MAX_NAME_LENGTH: Final = 256
_DEPTH: Final = 8


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


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """The claims that are asked for one by one, by name."""

    id_token: Mapping[str, ClaimWish] = field(default_factory=lambda: _NO_WISHES)
    userinfo: Mapping[str, ClaimWish] = field(default_factory=lambda: _NO_WISHES)

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
    return ClaimsRequest(_wishes(members.get("id_token")), _wishes(members.get("userinfo")))


def create_claims_parameter(request: ClaimsRequest) -> dict[str, Any]:
    """The JSON object of the parameter; also what a store keeps of a request."""
    places = {"id_token": request.id_token, "userinfo": request.userinfo}
    return {
        place: {name: _wish_members(wish) for name, wish in wishes.items()}
        for place, wishes in places.items()
        if wishes
    }


def _wishes(value: object) -> Mapping[str, ClaimWish]:
    if value is None:
        return _NO_WISHES
    if not isinstance(value, dict) or len(value) > _MAX_CLAIMS:
        raise InvalidClaimsRequest("not an object, or too many claims")
    return MappingProxyType({_name(name): _wish(wish) for name, wish in value.items()})


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
