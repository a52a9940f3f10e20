"""What a person can be asked to agree to: the types of transaction data this verifier sends (5.09).

A relying service brings the words; the wallet shows them and its holder signs their hash.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from specs.openid4vp import (
    TransactionData,
    TransactionDataType,
    create_transaction_data,
    parse_transaction_data,
)
from verifier.errors import BadTransactionData

CONSENT: Final = "ca.on.trillium.consent"
"""``text``: what is agreed to, by language tag; the wallet shows the one of its holder."""

TYPES: Final[Mapping[str, TransactionDataType]] = {CONSENT: TransactionDataType(required={"text": dict})}
LANGUAGES: Final = ("en-CA", "fr-CA")
MAX_TEXT: Final = 1000
MAX_ITEMS: Final = 4
_MEMBERS: Final = frozenset({"type", "text", "credential_ids"})


def create_wanted(
    wanted: Sequence[Mapping[str, Any]], *, query_ids: Sequence[str]
) -> tuple[TransactionData, ...]:
    """The objects to send for what a relying service wants agreed to.

    Each has ``type`` and ``text``, and ``credential_ids`` when not any credential of the query will do.
    ``query_ids``: of the preset's credentials. SHA-256 is the only hash that is offered: a wallet that may
    choose would take a weaker one.

    Raises:
        BadTransactionData: an unknown type, a text that is missing in a language or cannot be shown, or a
            credential that is not asked for.
    """
    if len(wanted) > MAX_ITEMS:
        raise BadTransactionData("too many")
    items = tuple(_create(one, query_ids) for one in wanted)
    if len({item.encoded for item in items}) != len(items):
        raise BadTransactionData("the same twice")
    return items


def parse_sent(encoded: Sequence[str], *, query_ids: Collection[str]) -> tuple[TransactionData, ...]:
    """The objects again, from the strings that were sent."""
    if not encoded:
        return ()
    return parse_transaction_data(list(encoded), known=TYPES, credential_query_ids=query_ids)


def _create(wanted: Mapping[str, Any], query_ids: Sequence[str]) -> TransactionData:
    if wanted.get("type") != CONSENT or not wanted.keys() <= _MEMBERS:
        raise BadTransactionData("type or members")
    ids = wanted.get("credential_ids", list(query_ids))
    if not isinstance(ids, list | tuple) or not ids or len(set(map(str, ids))) != len(ids):
        raise BadTransactionData("credential_ids")
    if not all(one in query_ids for one in ids):
        raise BadTransactionData("credential_ids")
    return create_transaction_data(CONSENT, list(ids), {"text": _check_text(wanted.get("text"))})


def _check_text(text: object) -> dict[str, str]:
    if not isinstance(text, Mapping) or set(text) != set(LANGUAGES):
        raise BadTransactionData("text in both languages")
    if not all(isinstance(one, str) and _can_be_shown(one) for one in text.values()):
        raise BadTransactionData("text")
    return {language: text[language] for language in LANGUAGES}


def _can_be_shown(text: str) -> bool:
    """What is not seen, or turns the direction of reading, would make two texts look alike."""
    hidden = any(unicodedata.category(one) in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"} for one in text)
    return 0 < len(text.strip()) <= len(text) <= MAX_TEXT and not hidden
