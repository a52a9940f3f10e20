"""Transaction data: what the holder signs along (OpenID4VP 1.0 sections 5.1, 8.4, B.3.3.1).

Whoever does not know the type, or a field of it, refuses the whole request: nobody signs what cannot be
shown.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from specs.encoding import EncodingError, b64url_decode, b64url_encode, create_json, parse_json_object
from specs.openid4vp.errors import InvalidTransactionData, UnknownTransactionDataType
from specs.openid4vp.response_errors import WrongTransactionData

DEFAULT_HASH: Final = "sha-256"
HASHES: Final = "transaction_data_hashes"
HASHES_ALGORITHM: Final = "transaction_data_hashes_alg"
_HASHES: Final = {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}
_MAX_ITEMS: Final = 16
_MAX_BYTES: Final = 65_536
_COMMON: Final = frozenset({"type", "credential_ids", HASHES_ALGORITHM})


@dataclass(frozen=True, slots=True)
class TransactionDataType:
    """The fields of one type and the JSON type of each, as Python has it (str, int, bool, list, dict)."""

    required: Mapping[str, type]
    optional: Mapping[str, type] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TransactionData:
    """One object. `encoded`: the string as sent, which gets hashed. `hash_algorithms` None: not named."""

    encoded: str
    type: str
    credential_ids: tuple[str, ...]
    hash_algorithms: tuple[str, ...] | None
    members: Mapping[str, Any] = field(repr=False)


def create_transaction_data(
    type_: str,
    credential_ids: Sequence[str],
    members: Mapping[str, Any],
    *,
    hash_algorithms: Sequence[str] = (DEFAULT_HASH,),
) -> TransactionData:
    """An object to send. ValueError when it is for no credential or a member collides with a common one."""
    if not credential_ids or not hash_algorithms or not _COMMON.isdisjoint(members):
        raise ValueError("not a transaction data object")
    value: dict[str, Any] = {"type": type_, "credential_ids": list(credential_ids)}
    value |= {HASHES_ALGORITHM: list(hash_algorithms), **members}
    encoded = b64url_encode(create_json(value))
    return TransactionData(encoded, type_, tuple(credential_ids), tuple(hash_algorithms), dict(members))


def parse_transaction_data(
    value: object, *, known: Mapping[str, TransactionDataType], credential_query_ids: Collection[str]
) -> tuple[TransactionData, ...]:
    """The objects in a request; `known`: the types this wallet can show and sign, none of them by default.

    Raises UnknownTransactionDataType, or InvalidTransactionData for all else that section 8.5 lists under
    that code: fields that are unknown, missing or of the wrong type, and ids that are not of the query.
    """
    if not isinstance(value, list) or not 0 < len(value) <= _MAX_ITEMS:
        raise InvalidTransactionData("not a non-empty array")
    return tuple(_parse(one, known, credential_query_ids) for one in value)


def hash_transaction_data(encoded: str, algorithm: str = DEFAULT_HASH) -> str:
    """Base64url of the hash over the string as it was sent: it is not decoded first (section B.3.3.1).

    ValueError for an algorithm that is not supported.
    """
    if algorithm not in _HASHES:
        raise ValueError("hash algorithm")
    return b64url_encode(_HASHES[algorithm](encoded.encode("utf-8")).digest())


def create_transaction_data_claims(items: Sequence[TransactionData]) -> dict[str, Any]:
    """The claims for the key binding JWT of the credential that authorises `items`; sha-256 if allowed.

    Raises InvalidTransactionData when no supported algorithm fits all of them.
    """
    fitting = [one for one in _HASHES if all(one in _allowed_hashes(item) for item in items)]
    if not fitting or not items:
        raise InvalidTransactionData(HASHES_ALGORITHM)
    claims: dict[str, Any] = {HASHES: [hash_transaction_data(item.encoded, fitting[0]) for item in items]}
    if any(item.hash_algorithms is not None for item in items):
        claims[HASHES_ALGORITHM] = fitting[0]
    return claims


def verify_transaction_data_hashes(claims: Mapping[str, Any], sent: Sequence[TransactionData]) -> None:
    """Returns when a verified key binding JWT carries the hashes of what was sent, and of nothing else.

    `sent` empty: there must be none. Order is not significant. Raises WrongTransactionData.
    """
    if not sent:
        if HASHES in claims:
            raise WrongTransactionData("not asked for")
        return
    algorithm = claims.get(HASHES_ALGORITHM, DEFAULT_HASH)
    if HASHES_ALGORITHM not in claims and any(item.hash_algorithms is not None for item in sent):
        raise WrongTransactionData("algorithm missing")
    allowed = all(algorithm in _allowed_hashes(item) for item in sent)
    if not isinstance(algorithm, str) or algorithm not in _HASHES or not allowed:
        raise WrongTransactionData("algorithm")
    found = claims.get(HASHES)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise WrongTransactionData("hashes")
    if sorted(found) != sorted(hash_transaction_data(item.encoded, algorithm) for item in sent):
        raise WrongTransactionData("hashes")


def _allowed_hashes(item: TransactionData) -> tuple[str, ...]:
    return (DEFAULT_HASH,) if item.hash_algorithms is None else item.hash_algorithms


def _parse(
    encoded: object, known: Mapping[str, TransactionDataType], query_ids: Collection[str]
) -> TransactionData:
    if not isinstance(encoded, str):
        raise InvalidTransactionData("not a string")
    try:
        value = parse_json_object(b64url_decode(encoded), max_bytes=_MAX_BYTES)
    except EncodingError as error:
        raise InvalidTransactionData(error.code) from error
    name = value.get("type")
    if not isinstance(name, str) or name not in known:
        raise UnknownTransactionDataType
    ids = _strings(value.get("credential_ids"), "credential_ids")
    if not all(one in query_ids for one in ids):
        raise InvalidTransactionData("credential_ids")
    members = {field: member for field, member in value.items() if field not in _COMMON}
    _check_fields(members, known[name])
    return TransactionData(encoded, name, ids, _parse_algorithms(value), members)


def _check_fields(members: Mapping[str, Any], rule: TransactionDataType) -> None:
    types = {**rule.optional, **rule.required}
    if not rule.required.keys() <= members.keys() or not members.keys() <= types.keys():
        raise InvalidTransactionData("fields")
    # type(), not isinstance: true is no integer here.
    if any(type(member) is not types[name] for name, member in members.items()):
        raise InvalidTransactionData("field of the wrong type")


def _parse_algorithms(value: Mapping[str, Any]) -> tuple[str, ...] | None:
    if HASHES_ALGORITHM not in value:
        return None
    algorithms = _strings(value[HASHES_ALGORITHM], HASHES_ALGORITHM)
    if not any(one in _HASHES for one in algorithms):
        raise InvalidTransactionData(HASHES_ALGORITHM)
    return algorithms


def _strings(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise InvalidTransactionData(name)
    return tuple(value)
