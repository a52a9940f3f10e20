"""The Key Binding JWT: made by the holder, checked by the verifier (RFC 9901 sections 4.3 and 7.3)."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from specs.encoding import EncodingError, create_json, parse_json_object, to_numeric_date
from specs.errors import ProtocolError
from specs.jose import (
    Algorithm,
    AlgorithmNotAllowed,
    InvalidClaims,
    JoseError,
    PublicJwk,
    SigningInput,
    UnverifiedJws,
    Use,
    check_jws,
    parse_jws,
    parse_public_jwk,
    prepare_jws,
    verify_times,
)
from specs.sd_jwt.digest import digest_algorithm_of
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


_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class VerifiedKeyBinding:
    """A KB-JWT that passed every check. Only the check makes one."""

    claims: Mapping[str, Any]
    """Of the KB-JWT. What other protocols add, such as `transaction_data_hashes`, is not checked here."""
    key: PublicJwk
    """The holder's key, from the credential."""
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuntimeError("only examine_key_binding makes a VerifiedKeyBinding")


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
    try:
        jws = parse_jws(sd_jwt.key_binding_jwt or "", max_bytes=MAX_KEY_BINDING_BYTES)
        claims = parse_json_object(jws.payload, max_bytes=len(jws.payload))
    except (JoseError, EncodingError) as error:
        return None, [MalformedKeyBinding(error.code)]
    reasons: list[ProtocolError] = []
    key: PublicJwk | None = None
    try:
        key = confirmation_key(sd_jwt.payload)
    except SdJwtError as error:
        reasons.append(error)
    reasons += _signature_reasons(jws, key)
    reasons += _time_reasons(claims, policy, now, leeway)
    # Plain comparison with a string also refuses numbers, arrays and absence.
    if claims.get("nonce") != policy.nonce:
        reasons.append(KeyBindingNonceWrong())
    if claims.get("aud") != policy.audience:
        reasons.append(KeyBindingAudienceWrong())
    try:
        expected = digest_algorithm_of(sd_jwt.payload).digest(sd_jwt.presented.encode("ascii"))
    except SdJwtError:
        return None, reasons  # already a reason against the SD-JWT itself
    if claims.get("sd_hash") != expected:
        reasons.append(KeyBindingHashWrong())
    if reasons or key is None:
        return None, reasons
    return VerifiedKeyBinding(claims, key, _SEAL), reasons


def _signature_reasons(jws: UnverifiedJws, key: PublicJwk | None) -> list[ProtocolError]:
    """Type, algorithm and signature, each on its own; section 4.3 fixes the type to the letter."""
    reasons: list[ProtocolError] = [] if jws.header.get("typ") == TYPE else [KeyBindingTypeWrong()]
    if key is None:
        return reasons
    try:
        check_jws(jws, key, use=Use.KEY_BINDING, typ=None)
    except AlgorithmNotAllowed as error:
        reasons.append(KeyBindingAlgorithmNotAllowed(error.detail))
    except JoseError:
        reasons.append(KeyBindingSignatureInvalid())
    return reasons


def _time_reasons(
    claims: Mapping[str, Any], policy: KeyBindingPolicy, now: datetime, leeway: timedelta
) -> list[ProtocolError]:
    """`iat` inside the accepted window, past and future, and `exp` or `nbf` in case there are any."""
    issued_at = claims.get("iat")
    if not isinstance(issued_at, int | float):
        return [KeyBindingTimeWrong("iat is not a number")]
    age = now.timestamp() - issued_at
    if not -leeway.total_seconds() <= age <= (policy.max_age + leeway).total_seconds():
        return [KeyBindingTimeWrong("iat is outside the window")]
    if "exp" in claims or "nbf" in claims:
        try:
            verify_times(claims, now=now, leeway=leeway)
        except InvalidClaims as error:
            return [KeyBindingTimeWrong(error.code)]
    return []
