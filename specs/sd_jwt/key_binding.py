"""The Key Binding JWT: made by the holder, checked by the verifier (RFC 9901 sections 4.3 and 7.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from specs.encoding import EncodingError, create_json, parse_json_object, to_numeric_date
from specs.errors import ProtocolError
from specs.jose import (
    ALLOWED,
    Algorithm,
    AlgorithmNotAllowed,
    InvalidClaims,
    JoseError,
    PublicJwk,
    SigningInput,
    Use,
    check_jws,
    parse_jws,
    parse_public_jwk,
    prepare_jws,
    verify_times,
)
from specs.jose.signatures import verify_signature
from specs.sd_jwt.digest import ALGORITHMS, ISSUED_ALGORITHM, digest_algorithm_of
from specs.sd_jwt.errors import (
    ConfirmationKeyInvalid,
    ConfirmationKeyMissing,
    KeyBindingAlgorithmNotAllowed,
    KeyBindingAudienceWrong,
    KeyBindingHashWrong,
    KeyBindingNonceWrong,
    KeyBindingSignatureInvalid,
    KeyBindingTimeWrong,
    KeyBindingTypeWrong,
    MalformedKeyBinding,
    SdJwtError,
)
from specs.sd_jwt.parse import UnverifiedSdJwt
from specs.sd_jwt.present import Presentation
from specs.sd_jwt.sealed import Sealed

TYPE: Final = "kb+jwt"
MAX_KEY_BINDING_BYTES: Final = 16_384

_REGISTERED: Final = frozenset({"iat", "aud", "nonce", "sd_hash"})


class KeyBindingPolicy(NamedTuple):
    """Key binding is required, and this is what it must be bound to (RFC 9901 sections 7.3 and 9.5).

    `max_age`: how long before now the KB-JWT may have been made; the leeway comes on top, also into the
    future.
    """

    nonce: str
    audience: str
    max_age: timedelta


@dataclass(frozen=True, slots=True)
class WithoutKeyBinding:
    """Key binding is not required. A KB-JWT that arrives all the same is checked against `expected`.

    With None there is nothing to check it against, so it is refused (section 7.2: at issuance there is none).
    """

    expected: KeyBindingPolicy | None


class _VerifiedFields(NamedTuple):
    claims: Mapping[str, Any]
    """Of the KB-JWT. What other protocols add, such as `transaction_data_hashes`, is not checked here."""
    key: PublicJwk
    """The holder's key, from the credential."""


class VerifiedKeyBinding(Sealed, _VerifiedFields):
    """A KB-JWT that passed every check. Only the check makes one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PreparedKeyBinding:
    """A presentation that lacks only the holder's signature."""

    presentation: Presentation
    signing_input: SigningInput = field(repr=False)

    def attach(self, signature: bytes) -> str:
        """`<JWT>~<D>~...~<KB-JWT>`, without a tilde at the end (section 4)."""
        return self.presentation.text + self.signing_input.attach(signature)


def prepare_key_binding(
    presentation: Presentation,
    *,
    nonce: str,
    audience: str,
    issued_at: datetime,
    algorithm: Algorithm,
    claims: Mapping[str, Any] | None = None,
) -> PreparedKeyBinding:
    """The KB-JWT to sign with the key in the credential's `cnf` (section 4.3).

    `claims`: what the protocol in use adds; ValueError when it names one of the registered four.
    """
    extra = claims or {}
    if not _REGISTERED.isdisjoint(extra):
        raise ValueError("the registered claims of a KB-JWT have arguments of their own")
    payload = {
        "iat": to_numeric_date(issued_at),
        "aud": audience,
        "nonce": nonce,
        "sd_hash": presentation.algorithm.digest(presentation.text.encode("ascii")),
        **extra,
    }
    header = {"alg": algorithm.value, "typ": TYPE}
    return PreparedKeyBinding(presentation, prepare_jws(header, create_json(payload)))


def confirmation_key(payload: Mapping[str, Any]) -> PublicJwk:
    """The holder's key, `cnf.jwk` (section 4.1.2). Raises ConfirmationKeyMissing or ConfirmationKeyInvalid.

    `payload` is the one the issuer signed: a key behind a disclosure could be left out (section 9.7).
    """
    cnf = payload.get("cnf")
    if not isinstance(cnf, dict) or "jwk" not in cnf:
        raise ConfirmationKeyMissing
    try:
        return parse_public_jwk(cnf["jwk"])
    except JoseError as error:
        raise ConfirmationKeyInvalid(error.code) from error


def examine_key_binding(
    sd_jwt: UnverifiedSdJwt, policy: KeyBindingPolicy, *, now: datetime, leeway: timedelta
) -> tuple[VerifiedKeyBinding | None, list[ProtocolError]]:
    """The KB-JWT of a presentation, checked as section 7.3 step 5 asks, and every reason against it."""
    binding = bound_at_once(sd_jwt, policy, now=now, leeway=leeway)
    if binding is not None:
        return binding, []
    return examine_step_by_step(sd_jwt, policy, now=now, leeway=leeway)


def bound_at_once(
    sd_jwt: UnverifiedSdJwt, policy: KeyBindingPolicy, *, now: datetime, leeway: timedelta
) -> VerifiedKeyBinding | None:
    """The binding when there is nothing wrong with it and nothing unusual about it; otherwise None."""
    _, issued, _, compact, presented = sd_jwt
    nonce, audience, max_age = policy
    try:
        header, payload, signature, signing_input = parse_jws(compact or "", max_bytes=MAX_KEY_BINDING_BYTES)
        claims = orjson.loads(payload)
        digest = ALGORITHMS[issued.get("_sd_alg", ISSUED_ALGORITHM)].digest(presented.encode("ascii"))
        age, tolerance = now.timestamp() - claims["iat"], leeway.total_seconds()
        if (
            claims["nonce"] != nonce
            or claims["aud"] != audience
            or claims["sd_hash"] != digest
            or not -tolerance <= age <= max_age.total_seconds() + tolerance
            or header["typ"] != TYPE
            or claims.keys() != _REGISTERED
            # The same bytes again: no name stood twice (see parse_json).
            or orjson.dumps(claims) != payload
        ):
            return None
        key = parse_public_jwk(issued["cnf"]["jwk"])
        if header["alg"] != key.algorithm or key.algorithm not in ALLOWED[Use.KEY_BINDING]:
            return None
        verify_signature(key, signature, signing_input)
    except (ProtocolError, KeyError, TypeError, ValueError):
        return None
    return tuple.__new__(VerifiedKeyBinding, (claims, key))


def examine_step_by_step(
    sd_jwt: UnverifiedSdJwt, policy: KeyBindingPolicy, *, now: datetime, leeway: timedelta
) -> tuple[VerifiedKeyBinding | None, list[ProtocolError]]:
    """What examine_key_binding does when anything is wrong, or unusual."""
    _, issued, _, compact, presented = sd_jwt
    try:
        jws = parse_jws(compact or "", max_bytes=MAX_KEY_BINDING_BYTES)
        header, payload, _, _ = jws
        claims = parse_json_object(payload, max_bytes=len(payload))
    except (JoseError, EncodingError) as error:
        return None, [MalformedKeyBinding(error.code)]
    reasons: list[ProtocolError] = []
    if header.get("typ") != TYPE:  # section 4.3 fixes it to the letter
        reasons.append(KeyBindingTypeWrong())
    key: PublicJwk | None = None
    try:
        key = confirmation_key(issued)
        check_jws(jws, key, use=Use.KEY_BINDING, typ=None)
    except AlgorithmNotAllowed as error:
        reasons.append(KeyBindingAlgorithmNotAllowed(error.detail))
    except JoseError:
        reasons.append(KeyBindingSignatureInvalid())
    except SdJwtError as error:
        reasons.insert(0, error)
    reasons += _claim_reasons(claims, policy, now, leeway)
    try:
        expected = digest_algorithm_of(issued).digest(presented.encode("ascii"))
    except SdJwtError:
        return None, reasons  # already a reason against the SD-JWT itself
    if claims.get("sd_hash") != expected:
        reasons.append(KeyBindingHashWrong())
    if reasons or key is None:
        return None, reasons
    return tuple.__new__(VerifiedKeyBinding, (claims, key)), reasons


def _claim_reasons(
    claims: Mapping[str, Any], policy: KeyBindingPolicy, now: datetime, leeway: timedelta
) -> list[ProtocolError]:
    """`iat` inside the window, past and future, `exp` and `nbf` if there are any, and whom it is for."""
    reasons: list[ProtocolError] = []
    nonce, audience, max_age = policy
    issued_at, tolerance = claims.get("iat"), leeway.total_seconds()
    if not isinstance(issued_at, int | float):
        reasons.append(KeyBindingTimeWrong("iat is not a number"))
    elif not -tolerance <= now.timestamp() - issued_at <= max_age.total_seconds() + tolerance:
        reasons.append(KeyBindingTimeWrong("iat is outside the window"))
    elif "exp" in claims or "nbf" in claims:
        try:
            verify_times(claims, now=now, leeway=leeway)
        except InvalidClaims as error:
            reasons.append(KeyBindingTimeWrong(error.code))
    # Plain comparison with a string also refuses numbers, arrays and absence.
    if claims.get("nonce") != nonce:
        reasons.append(KeyBindingNonceWrong())
    if claims.get("aud") != audience:
        reasons.append(KeyBindingAudienceWrong())
    return reasons
