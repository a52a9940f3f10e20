"""The offline bundle: what a verifier without a network needs to decide, signed by the verifier that made it.

A compact JWS. It holds the operator's signed trust list as it was received and the status list tokens of the
issuers of offline types as they were received, each with the moment it was resolved: whoever reads the bundle
checks all of them again, so the bundle's key can withhold or age a list but forge none (requirements 8.04,
8.13, 8.14). The keys of issuers that publish them under their own name are the bundle's word, for its reader
cannot ask; the trust list says which issuers those are. No personal data: lists are whole, and say nothing
about who was checked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from specs.encoding import create_json, from_numeric_date, to_numeric_date
from specs.errors import ProtocolError
from specs.jose import (
    Algorithm,
    PublicJwk,
    SigningInput,
    Use,
    parse_jwks,
    parse_jws,
    prepare_jws,
    verify_jws,
)
from specs.token_status_list import MAX_TOKEN_BYTES, parse_status_list_uri
from verifier.errors import BadBundle, BundleExpired, BundleFromTheFuture, OlderBundle, UntrustedBundle

TYP: Final = "trillium-verifier-bundle+jwt"
MEDIA_TYPE: Final = "application/trillium-verifier-bundle+jwt"
VERSION: Final = 1
MAX_BUNDLE_BYTES: Final = 16 * 1024 * 1024
MAX_LISTS: Final = 256
MAX_ISSUERS: Final = 64
MAX_TOKENS_BYTES: Final = 10 * 1024 * 1024
"""Of all lists together: with the rest, and in base64url, they stay below the bound on the whole."""
MAX_TRUST_LIST_BYTES: Final = 1024 * 1024
LONGEST_LIFE: Final = timedelta(days=7)
"""After that a reader stops, whatever the lists in it say (8.03)."""
CLOCK_SKEW: Final = timedelta(seconds=60)

_LAST_SECOND: Final = 253_402_300_799  # of the year 9999
_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class BundledList:
    """One status list token, as it was received."""

    uri: str
    resolved_at: datetime
    """When it was fetched or revalidated; its age counts from there, not from the bundle's making."""
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BundleContents:
    """What is bundled."""

    trust_list: str = field(repr=False)
    """The operator's signed trust list."""
    lists: tuple[BundledList, ...]
    issuer_keys: Mapping[str, tuple[PublicJwk, ...]] = field(default_factory=dict)
    """Of issuers that publish their keys under their own name."""


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """A bundle of the expected verifier, usable when it was verified. Only the check makes one.

    Trust list and tokens in it are still unverified.
    """

    issuer: str
    created_at: datetime
    valid_until: datetime
    contents: BundleContents
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuntimeError("only verify_bundle makes a VerifiedBundle")

    def covers(self, now: datetime) -> bool:
        """Whether it may still be used, by a clock that has not been set back (8.03, 8.14)."""
        return self.created_at - CLOCK_SKEW <= now < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleTerms:
    """Whose bundle it is, and for how long: whole seconds."""

    issuer: str
    created_at: datetime
    valid_until: datetime


def fitting_lists(lists: Iterable[BundledList]) -> tuple[BundledList, ...]:
    """The first of them, as many as a bundle holds; each address once."""
    kept: dict[str, BundledList] = {}
    size = 0
    for one in lists:
        if one.uri in kept or len(kept) == MAX_LISTS or size + len(one.token) > MAX_TOKENS_BYTES:
            continue
        kept[one.uri] = one
        size += len(one.token)
    return tuple(kept.values())


def prepare_bundle(
    contents: BundleContents, terms: BundleTerms, *, algorithm: Algorithm, key_id: str
) -> SigningInput:
    """The bytes to sign.

    Raises:
        BadBundle: there is more in it than a reader accepts, or it would be valid for too long.
    """
    claims = {
        "iss": terms.issuer,
        "iat": to_numeric_date(terms.created_at),
        "exp": to_numeric_date(terms.valid_until),
        "version": VERSION,
        "trust_list": contents.trust_list,
        "status_lists": [
            {"uri": one.uri, "resolved_at": to_numeric_date(one.resolved_at), "token": one.token}
            for one in contents.lists
        ],
        "issuer_keys": {
            issuer: {"keys": [_jwk(key) for key in keys]} for issuer, keys in contents.issuer_keys.items()
        },
    }
    _lifetime(claims)
    _contents(claims)
    header = {"alg": algorithm.value, "typ": TYP, "kid": key_id}
    prepared = prepare_jws(header, create_json(claims))
    if len(prepared.data) > MAX_BUNDLE_BYTES - 1024:
        raise BadBundle("too large")
    return prepared


def verify_bundle(
    text: str,
    *,
    keys: Sequence[PublicJwk],
    issuer: str,
    now: datetime,
    newest_seen: datetime | None,
) -> VerifiedBundle:
    """A bundle that was received, checked in this order.

    `keys`: those of `issuer` that were pinned beforehand, over a network. `newest_seen`: when the newest
    bundle was made that this reader has used before, so that an older one cannot undo it.

    Raises:
        UntrustedBundle: not signed by one of the keys, not a bundle, or another verifier's.
        BundleExpired: it has ended.
        BundleFromTheFuture: the reader's clock has been set back, or was never right (8.14).
        OlderBundle: a newer one has been used before.
        BadBundle: its contents are not as they should be.
    """
    # 1. Signature by a pinned key, type, issuer.
    claims = _verified_claims(text, keys)
    if claims.get("iss") != issuer:
        raise UntrustedBundle("iss is another verifier")
    # 2. Times: a hard end without leeway, and no clock that runs behind.
    created_at, valid_until = _lifetime(claims)
    if now >= valid_until:
        raise BundleExpired
    if now < created_at - CLOCK_SKEW:
        raise BundleFromTheFuture
    # 3. Nobody plays back an earlier one.
    if newest_seen is not None and created_at < newest_seen:
        raise OlderBundle
    # 4. Form and bounds of what is in it.
    return VerifiedBundle(issuer, created_at, valid_until, _contents(claims), _SEAL)


def _verified_claims(text: str, keys: Sequence[PublicJwk]) -> dict[str, Any]:
    try:
        unverified = parse_jws(text, max_bytes=MAX_BUNDLE_BYTES)
        key_id = unverified.header.get("kid")
        key = next((key for key in keys if key.thumbprint == key_id), None)
        if key is None:
            raise UntrustedBundle("signed by no key of the verifier's")
        return verify_jws(unverified, key, use=Use.BUNDLE, typ=TYP).claims()
    except UntrustedBundle:
        raise
    except ProtocolError as error:
        raise UntrustedBundle(f"{type(error).__name__} {error.detail}".strip()) from error


def _lifetime(claims: Mapping[str, Any]) -> tuple[datetime, datetime]:
    created_at, valid_until = _date(claims.get("iat")), _date(claims.get("exp"))
    if not timedelta(0) < valid_until - created_at <= LONGEST_LIFE:
        raise BadBundle("valid for too long, or never")
    return created_at, valid_until


def _contents(claims: Mapping[str, Any]) -> BundleContents:
    if claims.get("version") != VERSION or isinstance(claims.get("version"), bool):
        raise BadBundle("another version")
    trust_list, lists = claims.get("trust_list"), claims.get("status_lists")
    if not isinstance(trust_list, str) or not 0 < len(trust_list) <= MAX_TRUST_LIST_BYTES:
        raise BadBundle("trust_list")
    if not isinstance(lists, list) or len(lists) > MAX_LISTS:
        raise BadBundle("status_lists")
    found = tuple(_list(one) for one in lists)
    if len({one.uri for one in found}) != len(found):
        raise BadBundle("a list is in it twice")
    return BundleContents(trust_list, found, _issuer_keys(claims.get("issuer_keys")))


def _list(value: object) -> BundledList:
    if not isinstance(value, dict) or value.keys() != {"uri", "resolved_at", "token"}:
        raise BadBundle("an entry of status_lists")
    token = value["token"]
    if not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN_BYTES:
        raise BadBundle("a status list token")
    try:
        return BundledList(parse_status_list_uri(value["uri"]), _date(value["resolved_at"]), token)
    except ProtocolError as error:
        raise BadBundle("an entry of status_lists") from error


def _jwk(key: PublicJwk) -> dict[str, str]:
    members = {**key.members, "alg": key.algorithm.value}
    return members if key.kid is None else {**members, "kid": key.kid}


def _issuer_keys(value: object) -> dict[str, tuple[PublicJwk, ...]]:
    if not isinstance(value, dict) or len(value) > MAX_ISSUERS:
        raise BadBundle("issuer_keys")
    try:
        return {issuer: tuple(parse_jwks(jwks)) for issuer, jwks in value.items()}
    except ProtocolError as error:
        raise BadBundle("issuer_keys") from error


def _date(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LAST_SECOND:
        raise BadBundle("not a whole number of seconds")
    return from_numeric_date(value)
