"""The standard claims about a person and their types (OpenID Connect Core 1.0 sections 5.1 and 5.1.1)."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

_YEAR_ONLY: Final = re.compile(r"[0-9]{4}")
_ADDRESS_MEMBERS: Final = frozenset(
    {"formatted", "street_address", "locality", "region", "postal_code", "country"}
)


def _is_text(value: object) -> bool:
    # Section 5.3.2: what is not known is left out, never null and never an empty string.
    return isinstance(value, str) and bool(value)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_birthdate(value: object) -> bool:
    """`YYYY-MM-DD`, with year 0000 when it is withheld, or `YYYY` alone."""
    if not isinstance(value, str):
        return False
    if _YEAR_ONLY.fullmatch(value):
        return True
    try:
        # A leap year in the place of the withheld one, which the calendar does not have.
        return date.fromisoformat(value.replace("0000-", "2000-", 1)).isoformat()[4:] == value[4:]
    except ValueError:
        return False


def _is_address(value: object) -> bool:
    if not isinstance(value, Mapping) or not value:
        return False
    return _ADDRESS_MEMBERS.issuperset(value) and all(_is_text(member) for member in value.values())


_TEXTS: Final = (
    "sub",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "gender",
    "zoneinfo",
    "locale",
    "phone_number",
)

STANDARD_CLAIMS: Final[Mapping[str, Callable[[object], bool]]] = MappingProxyType(
    {
        **dict.fromkeys(_TEXTS, _is_text),
        "email_verified": _is_flag,
        "phone_number_verified": _is_flag,
        "updated_at": _is_number,
        "birthdate": _is_birthdate,
        "address": _is_address,
    }
)
"""By name, whether a value is of the claim's type."""


def mistyped_claims(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of standard claims whose values are not of their type. Other claims are nobody's business."""
    present = STANDARD_CLAIMS.keys() & claims.keys()
    return tuple(sorted(name for name in present if not STANDARD_CLAIMS[name](claims[name])))


def formatted_address(members: Mapping[str, str]) -> str:
    """The lines of an address for a label: street, then locality with region and code, then country."""
    second = " ".join(members[name] for name in ("locality", "region", "postal_code") if members.get(name))
    lines = (members.get("street_address"), second, members.get("country"))
    return "\n".join(line for line in lines if line)
