"""The signed form: a compact JWS of a type of its own, by a key of the operator's that readers were given."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from specs.encoding import EncodingError, create_json
from specs.jose import JoseError, PublicJwk, SigningInput, Use, parse_jws, prepare_jws, verify_jws
from trillium.runtime.trust_list.document import TrustList
from trillium.runtime.trust_list.errors import (
    MalformedTrustList,
    TrustListFromTheFuture,
    WrongTrustListKey,
)
from trillium.runtime.trust_list.payload import MAX_BYTES, create_payload, parse_trust_list

TYPE: Final = "trillium-trust-list+jwt"
MEDIA_TYPE: Final = f"application/{TYPE}"
MAX_TOKEN_BYTES: Final = 1024 * 1024
LEEWAY: Final = timedelta(minutes=5)
"""By how much the operator's clock may be ahead of ours."""


def prepare_trust_list(trust_list: TrustList, key: PublicJwk) -> SigningInput:
    """The bytes to sign with the operator's key. Raises MalformedTrustList."""
    header = {"alg": key.algorithm.value, "typ": TYPE, "kid": key.thumbprint}
    payload = create_json(create_payload(trust_list))
    if len(payload) > MAX_BYTES:
        raise MalformedTrustList(f"{len(payload)} bytes, {MAX_BYTES} allowed")
    return prepare_jws(header, payload)


def verify_trust_list(token: bytes, keys: Sequence[PublicJwk], *, now: datetime) -> TrustList:
    """A list that one of ``keys`` signed, whatever its header says about keys, and not dated in the future.

    Its end is not looked at: an old list still says which version was seen (``TrustList.at`` does).
    Raises WrongTrustListKey, MalformedTrustList, TrustListFromTheFuture.
    """
    trust_list = recall_trust_list(token, keys)
    if trust_list.issued_at > now + LEEWAY:
        raise TrustListFromTheFuture(trust_list.issued_at.isoformat())
    return trust_list


def recall_trust_list(token: bytes, keys: Sequence[PublicJwk]) -> TrustList:
    """The same for a list that was accepted before: a clock that was set back since takes nothing from it.

    Raises WrongTrustListKey, MalformedTrustList.
    """
    try:
        jws = parse_jws(token.strip().decode("ascii"), max_bytes=MAX_TOKEN_BYTES)
    except (JoseError, EncodingError, UnicodeDecodeError) as error:
        raise MalformedTrustList(type(error).__name__) from error
    failure: JoseError | None = None
    for key in keys:
        try:
            verified = verify_jws(jws, key, use=Use.TRUST_LIST, typ=TYPE)
        except JoseError as error:
            failure = error
            continue
        return parse_trust_list(verified.payload)
    raise WrongTrustListKey(type(failure).__name__) from failure
