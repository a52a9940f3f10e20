"""A status list that presentations have led to: what an offline bundle is gathered from."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

REMEMBERED_FOR: Final = timedelta(days=30)
MOST_LISTS: Final = 256
"""As many as a bundle holds."""


@dataclass(frozen=True, slots=True)
class MetList:
    """An address that many credentials share, and a day: nothing about who was checked, or when on that day.

    No entry of the list is remembered (Token Status List section 12.3, requirement 3.26).
    """

    uri: str
    anchors_version: str
    """Below which anchors its token was signed."""
    met_on: date
