"""The columns of an address, the same in every register."""

import re
from collections.abc import Mapping
from typing import Final

from issuer.domain.bad_cells import BadReason
from issuer.domain.resident import Address

ADDRESS_COLUMNS: Final = ("street_address", "locality", "region", "postal_code", "country")

REGION: Final = re.compile(r"[A-Z]{2}")
_POSTAL_CODE: Final = re.compile(r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z] [0-9][ABCEGHJ-NPRSTV-Z][0-9]")


def check_address(column: str, value: str) -> BadReason | None:
    """What is wrong with the form of one cell of an address."""
    if column == "country":
        return None if value == "CA" else BadReason.UNKNOWN_VALUE
    form = {"region": REGION, "postal_code": _POSTAL_CODE}.get(column)
    return BadReason.WRONG_FORM if form is not None and not form.fullmatch(value) else None


def read_address(values: Mapping[str, str]) -> Address:
    """The address in the cells of a row that were found good."""
    return Address(*(values[column] for column in ADDRESS_COLUMNS))
