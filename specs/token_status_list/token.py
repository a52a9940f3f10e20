"""The Status List Token in JWT form (Token Status List sections 4.2, 5.1 and 8.3).

The CWT form and symmetric signatures are left out; the first is optional, the second would let every reader
write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from specs.encoding import b64url_decode, b64url_encode, create_json, from_numeric_date, to_numeric_date
from specs.jose import (
    Algorithm,
    InvalidJws,
    PublicJwk,
    SigningInput,
    UnverifiedJws,
    Use,
    parse_jws,
    prepare_jws,
    verify_jws,
    verify_times,
)
from specs.token_status_list.bits import StatusList
from specs.token_status_list.compression import MAX_LIST_BYTES, decompress
from specs.token_status_list.errors import InvalidStatusListToken, MalformedStatusList, WrongStatusListSubject
from specs.token_status_list.freshness import TokenTimes
from specs.token_status_list.reference import parse_status_list_uri

TYP: Final = "statuslist+jwt"
MEDIA_TYPE: Final = "application/statuslist+jwt"
MAX_TOKEN_BYTES: Final = 2 * 1024 * 1024
"""How long a token may be, unless the caller says otherwise (requirement 3.28)."""

_LAST_SECOND: Final = (
    253_402_300_799  # of the year 9999; what lies beyond is brought back to it (section 11.5)
)


def create_status_list(entries: StatusList, *, aggregation_uri: str | None = None) -> dict[str, Any]:
    """The `status_list` object of section 4.2."""
    created: dict[str, Any] = {"bits": entries.bits, "lst": b64url_encode(entries.compressed())}
    if aggregation_uri is not None:
        created["aggregation_uri"] = parse_status_list_uri(aggregation_uri)
    return created


def parse_status_list(value: object, *, max_bytes: int = MAX_LIST_BYTES) -> StatusList:
    """The list in a `status_list` object, unpacked to at most `max_bytes` bytes.

    Raises InvalidBits, MalformedStatusList, InvalidBase64Url, InvalidCompression, StatusListTooLarge.
    """
    if not isinstance(value, dict):
        raise MalformedStatusList("status_list is not an object")
    if "bits" not in value or not isinstance(value.get("lst"), str):
        raise MalformedStatusList("bits or lst is missing")
    empty = StatusList(value["bits"], bytearray())  # an illegal size is refused before anything is unpacked
    return StatusList(empty.bits, bytearray(decompress(b64url_decode(value["lst"]), max_bytes=max_bytes)))


def prepare_status_list_token(
    entries: StatusList,
    *,
    uri: str,
    issued_at: datetime,
    expires_at: datetime,
    ttl: timedelta,
    algorithm: Algorithm,
    key_id: str | None,
    x5c: Sequence[str],
    aggregation_uri: str | None = None,
) -> SigningInput:
    """The bytes to sign for the token that `uri` serves.

    `x5c`: certificates in base64, leaf first, without the trust anchor (HAIP 1.0 section 6.1 asks for it).
    ValueError when the times make no sense: a copy fetched in the last moment must live for another `ttl`
    (requirement 3.15).
    """
    seconds = ttl // timedelta(seconds=1)
    if seconds < 1 or expires_at - issued_at < 2 * ttl:
        raise ValueError("ttl is a positive number of seconds, and the token lives at least twice as long")
    header: dict[str, Any] = {"alg": algorithm.value, "typ": TYP}
    if key_id is not None:
        header["kid"] = key_id
    if x5c:
        header["x5c"] = list(x5c)
    claims = {
        "sub": parse_status_list_uri(uri),
        "iat": to_numeric_date(issued_at),
        "exp": to_numeric_date(expires_at),
        "ttl": seconds,
        "status_list": create_status_list(entries, aggregation_uri=aggregation_uri),
    }
    return prepare_jws(header, create_json(claims))


_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class VerifiedStatusListToken:
    """A token signed by `key`, about the list at `uri`, valid when it was verified. Only the check makes one.

    Read-only, so a cached one can be shared. Whether it is still fresh is for decide_freshness to say.
    """

    uri: str
    times: TokenTimes
    key: PublicJwk
    aggregation_uri: str | None
    _entries: StatusList
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuntimeError("only verify_status_list_token makes a VerifiedStatusListToken")

    def __len__(self) -> int:
        """How many entries the list holds."""
        return len(self._entries)

    @property
    def unpacked_bytes(self) -> int:
        """How many bytes the list takes, for whoever keeps many within a bound."""
        return len(self._entries.data)

    def status_at(self, index: int) -> int:
        """The value of one entry; raises IndexOutOfRange (section 8.3: then no statement can be made)."""
        return self._entries.get(index)


def parse_status_list_token(compact: str | bytes, *, max_bytes: int = MAX_TOKEN_BYTES) -> UnverifiedJws:
    """The body of an answer, taken apart; its header helps to find the key. Raises TooLarge, InvalidJws and
    others.
    """
    if isinstance(compact, bytes):
        try:
            compact = compact.decode("ascii")
        except UnicodeDecodeError:
            raise InvalidJws("not ASCII") from None
    return parse_jws(compact, max_bytes=max_bytes)


def verify_status_list_token(
    token: UnverifiedJws,
    *,
    uri: str,
    key: PublicJwk,
    now: datetime,
    leeway: timedelta,
    max_list_bytes: int = MAX_LIST_BYTES,
) -> VerifiedStatusListToken:
    """The token, checked as section 8.3 asks, in its order.

    `uri` is the one in the credential. `key` is one that the caller trusts for the credential's issuer, never
    one taken from the token on its word. Any refusal means that nothing is known about the credential: the
    JOSE errors of specs.jose, InvalidStatusListToken, WrongStatusListSubject, the errors of
    parse_status_list.
    """
    # 1. signature and type (sections 5.1 and 8.3)
    verified = verify_jws(token, key, use=Use.STATUS_LIST, typ=TYP)
    claims = verified.claims()
    # 2. required claims; sub equals the uri, as a string
    if not isinstance(claims.get("sub"), str) or "status_list" not in claims:
        raise InvalidStatusListToken("sub or status_list is missing")
    if claims["sub"] != uri:
        raise WrongStatusListSubject
    # 3. times
    times = _verify_lifetime(claims, now=now, leeway=leeway)
    # 4. the list
    status_list = claims["status_list"]
    entries = parse_status_list(status_list, max_bytes=max_list_bytes)
    return VerifiedStatusListToken(uri, times, key, _aggregation_uri(status_list), entries, _SEAL)


def _verify_lifetime(claims: Mapping[str, Any], *, now: datetime, leeway: timedelta) -> TokenTimes:
    exp, ttl = _bounded_seconds(claims, "exp"), _bounded_seconds(claims, "ttl")
    dates = {name: claims[name] for name in ("iat", "nbf") if name in claims}
    if exp is not None:
        dates["exp"] = exp
    verify_times(dates, now=now, leeway=leeway, require=("iat",))
    # section 5.1: ttl is a positive number
    if ttl is not None and ttl <= 0:
        raise InvalidStatusListToken("ttl is not positive")
    return TokenTimes(
        issued_at=from_numeric_date(dates["iat"]),
        expires_at=None if exp is None else from_numeric_date(exp),
        ttl=None if ttl is None else timedelta(seconds=ttl),
    )


def _bounded_seconds(claims: Mapping[str, Any], name: str) -> int | float | None:
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidStatusListToken(f"{name} is not a number")
    # section 11.5: an absurd value must not be able to stop or outlive anything
    return min(value, _LAST_SECOND)


def _aggregation_uri(status_list: Mapping[str, Any]) -> str | None:
    if "aggregation_uri" not in status_list:
        return None
    return parse_status_list_uri(status_list["aggregation_uri"])
