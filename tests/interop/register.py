"""The residents of the sample data that the tests are about, as the ministry's file has them."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from tests.interop.server_process import ROOT

MAYA = "ON-1000003"
JEAN_FRANCOIS = "ON-1007922"
ARJUN = "ON-1015841"
"""A minor, in whatever year the tests run."""
SILA = "ON-1023760"
"""Her name is in syllabics."""
SUHARTO = "ON-1031679"
"""He has one name."""
ADAEZE = "ON-1039598"
LOSERS_OF_PHONES = ("ON-1047517", "ON-1055436", "ON-1063355", "ON-1071274")
"""For a test each, because a change of status reaches every card of a person."""

ADDRESS = ("street_address", "locality", "region", "postal_code", "country")
AGES = (14, 16, 18, 19, 21, 25, 65)
_ARJUN_WAS_BORN_IN = "2010"


def register_file() -> bytes:
    """The sample data, with Arjun not older than 16."""
    year = datetime.now(UTC).year - 16
    text = (ROOT / "issuer" / "sample_data" / "residents.csv").read_text(encoding="utf-8")
    return text.replace(f"Arjun,{_ARJUN_WAS_BORN_IN}-", f"Arjun,{year}-").encode()


def claims_of(register_number: str) -> dict[str, Any]:
    """What a photo card says about an adult under 65 beside its random numbers."""
    rows = csv.DictReader(io.StringIO(register_file().decode()))
    (row,) = (row for row in rows if row["register_number"] == register_number)
    names = {name: row[name] for name in ("family_name", "given_name", "birthdate", "sex") if row[name]}
    return names | {
        "address": {part: row[part] for part in ADDRESS},
        "age_equal_or_over": {str(age): age < 65 for age in AGES},
        "issuing_authority": "Trillium",
        "issuing_country": "CA",
        "issuing_jurisdiction": "CA-ON",
    }
