"""What the resident is asked to agree to beside showing claims: the transaction data that this wallet knows.

Their words are shown in both languages, and the holder signs the hash of them with the presentation
(OpenID4VP 1.0 sections 8.4 and B.3.3). What cannot be shown in full is never signed (5.09).
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from specs.openid4vp import TransactionData, TransactionDataType
from specs.openid4vp.errors import InvalidTransactionData

CONSENT: Final = "ca.on.trillium.consent"
KNOWN_TYPES: Final[Mapping[str, TransactionDataType]] = {
    CONSENT: TransactionDataType(required={"text": dict})
}
_LANGUAGES: Final = frozenset({"en-CA", "fr-CA"})
_MAX_TEXT: Final = 1000
# Not seen, or turning the direction of reading: two texts that look alike would have different hashes.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Agreement:
    """One text, exactly as it was sent."""

    english: str
    french: str


def read_agreement(item: TransactionData) -> Agreement:
    """The words of one transaction. InvalidTransactionData: not in both languages, or not to be shown."""
    text = item.members["text"]
    if text.keys() != _LANGUAGES or not all(_can_be_shown(one) for one in text.values()):
        raise InvalidTransactionData("text")
    return Agreement(text["en-CA"], text["fr-CA"])


def assign_agreements(
    items: Sequence[TransactionData], answered: Collection[str]
) -> dict[str, list[TransactionData]] | None:
    """Which presentation carries what: each item goes with the first of its credentials that is shown.

    One and only one (section 5.1). None when an item has none, so that nothing could be agreed to.
    """
    assigned: dict[str, list[TransactionData]] = {}
    for item in items:
        query_id = next((one for one in item.credential_ids if one in answered), None)
        if query_id is None:
            return None
        assigned.setdefault(query_id, []).append(item)
    return assigned


def _can_be_shown(text: object) -> bool:
    if not isinstance(text, str) or not 0 < len(text.strip()) <= len(text) <= _MAX_TEXT:
        return False
    return not any(unicodedata.category(one) in _HIDDEN for one in text)
