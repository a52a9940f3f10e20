"""Which reason an error of a protocol core stands for."""

from collections.abc import Mapping
from typing import Final

from specs import dcql, sd_jwt
from specs.errors import ProtocolError
from specs.jose import (
    ClaimMissing,
    Expired,
    InvalidCertificateChain,
    InvalidClaims,
    IssuedInTheFuture,
    NotYetValid,
    WrongAudience,
)
from specs.sd_jwt import SdJwtError
from specs.token_status_list import UnsupportedStatusMechanism
from verifier import errors
from verifier.domain import reasons
from verifier.domain.verdict import Reason, ReasonKind

_KINDS: Final[Mapping[type[ProtocolError], ReasonKind]] = {
    sd_jwt.KeyBindingNonceWrong: reasons.REPLAYED,
    sd_jwt.KeyBindingTimeWrong: reasons.WRONG_TIME,
    sd_jwt.KeyBindingAudienceWrong: reasons.WRONG_AUDIENCE,
    sd_jwt.KeyBindingError: reasons.BAD_HOLDER_BINDING,
    sd_jwt.KeyBindingMissing: reasons.BAD_HOLDER_BINDING,
    sd_jwt.ConfirmationKeyMissing: reasons.BAD_HOLDER_BINDING,
    sd_jwt.ConfirmationKeyInvalid: reasons.BAD_HOLDER_BINDING,
    sd_jwt.MalformedKeyBinding: reasons.BAD_HOLDER_BINDING,
    sd_jwt.IssuerSignatureInvalid: reasons.BAD_SIGNATURE,
    sd_jwt.IssuerAlgorithmNotAllowed: reasons.BAD_SIGNATURE,
    sd_jwt.UnreferencedDisclosure: reasons.BAD_DISCLOSURE,
    sd_jwt.DuplicateDigest: reasons.BAD_DISCLOSURE,
    sd_jwt.DuplicateClaimName: reasons.BAD_DISCLOSURE,
    sd_jwt.ForbiddenClaimName: reasons.BAD_DISCLOSURE,
    sd_jwt.MalformedDisclosure: reasons.BAD_DISCLOSURE,
    sd_jwt.RepeatedDisclosure: reasons.BAD_DISCLOSURE,
    SdJwtError: reasons.MALFORMED,
    InvalidCertificateChain: reasons.UNTRUSTED_ISSUER,
    ClaimMissing: reasons.NO_EXPIRY,
    Expired: reasons.EXPIRED,
    NotYetValid: reasons.NOT_YET_VALID,
    IssuedInTheFuture: reasons.NOT_YET_VALID,
    WrongAudience: reasons.WRONG_AUDIENCE,
    InvalidClaims: reasons.MALFORMED,
    UnsupportedStatusMechanism: reasons.NO_STATUS,
    dcql.QueryNotAnswered: reasons.QUERY_NOT_ANSWERED,
    errors.TrustUnavailable: reasons.TRUST_UNAVAILABLE,
    errors.IssuerKeysUnavailable: reasons.ISSUER_KEYS_UNAVAILABLE,
    ProtocolError: reasons.MALFORMED,
}


def kind_of(error: ProtocolError) -> ReasonKind:
    """The reason that an error stands for; the nearest class decides."""
    return next(_KINDS[cls] for cls in type(error).__mro__ if cls in _KINDS)


def reason_of(error: ProtocolError, query_id: str | None) -> Reason:
    """The same as it stands in a verdict, with the error's own words for the log."""
    return Reason(kind_of(error), query_id, f"{type(error).__name__} {error.detail}".strip())
