"""Verification (RFC 9901 section 7): signature, disclosures, times, key binding.

`check_sd_jwt` reports everything that is wrong, `verify_sd_jwt` raises it. Both run the same checks.
"""

from collections.abc import Collection, Mapping
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from specs.errors import ProtocolError
from specs.jose import (
    AlgorithmNotAllowed,
    InvalidClaims,
    JoseError,
    PublicJwk,
    Use,
    WrongAudience,
    WrongType,
    check_jws,
    verify_audience,
    verify_times,
)
from specs.sd_jwt.errors import (
    IssuerAlgorithmNotAllowed,
    IssuerSignatureInvalid,
    IssuerTypeWrong,
    KeyBindingMissing,
    KeyBindingUnexpected,
    SdJwtRejected,
)
from specs.sd_jwt.key_binding import (
    KeyBindingPolicy,
    VerifiedKeyBinding,
    WithoutKeyBinding,
    examine_key_binding,
)
from specs.sd_jwt.parse import UnverifiedSdJwt
from specs.sd_jwt.process import ProcessedClaims, examine_claims

_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class VerifiedSdJwt:
    """An SD-JWT that passed every check of section 7. Only this module makes one.

    Who `key` belongs to, and whether that one may say these things, is the caller's question.
    """

    processed: ProcessedClaims
    key: PublicJwk
    """The key that verified the issuer's signature."""
    key_binding: VerifiedKeyBinding | None
    sd_jwt: UnverifiedSdJwt
    """As received; now verified."""
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuntimeError("only check_sd_jwt makes a VerifiedSdJwt")

    @property
    def claims(self) -> dict[str, Any]:
        """The processed claims (section 7.1)."""
        return self.processed.claims

    @property
    def header(self) -> Mapping[str, Any]:
        return self.sd_jwt.jws.header


class SdJwtReport(NamedTuple):
    """Either a verified SD-JWT and no reasons, or reasons and nothing else."""

    verified: VerifiedSdJwt | None
    reasons: tuple[ProtocolError, ...]

    @property
    def claims(self) -> dict[str, Any] | None:
        """The processed claims, None when there is any reason against them."""
        return self.verified.claims if self.verified else None


def verify_sd_jwt(
    sd_jwt: UnverifiedSdJwt,
    key: PublicJwk,
    *,
    use: Use,
    typ: str | None,
    key_binding: KeyBindingPolicy | WithoutKeyBinding,
    now: datetime,
    leeway: timedelta,
    audience: str | None = None,
    required: Collection[str] = (),
) -> VerifiedSdJwt:
    """Like check_sd_jwt, but raises SdJwtRejected with all the reasons."""
    report = check_sd_jwt(
        sd_jwt,
        key,
        use=use,
        typ=typ,
        key_binding=key_binding,
        now=now,
        leeway=leeway,
        audience=audience,
        required=required,
    )
    if report.verified is None:
        raise SdJwtRejected(report.reasons)
    return report.verified


def verify_issued_sd_jwt(
    sd_jwt: UnverifiedSdJwt, key: PublicJwk, *, use: Use, typ: str | None, now: datetime, leeway: timedelta
) -> VerifiedSdJwt:
    """What a holder does with an SD-JWT it is given (section 7.2); raises SdJwtRejected.

    The same checks as a verifier's; a KB-JWT is refused, since only the holder can make one.
    """
    return verify_sd_jwt(
        sd_jwt, key, use=use, typ=typ, key_binding=WithoutKeyBinding(expected=None), now=now, leeway=leeway
    )


def check_sd_jwt(
    sd_jwt: UnverifiedSdJwt,
    key: PublicJwk,
    *,
    use: Use,
    typ: str | None,
    key_binding: KeyBindingPolicy | WithoutKeyBinding,
    now: datetime,
    leeway: timedelta,
    audience: str | None = None,
    required: Collection[str] = (),
) -> SdJwtReport:
    """All checks of section 7.1 and 7.3, and every reason that speaks against the SD-JWT.

    `key` is the key the caller already trusts for this issuer; the header is never asked for one. `typ`: the
    type in the header, None for a protocol without one. `key_binding`: whether a KB-JWT is needed is decided
    here and not by what arrived (section 9.5). `required`: validity claims such as `exp` without which the
    SD-JWT is not accepted, as they could have been withheld (section 9.7). `audience`: an SD-JWT with `aud`
    is accepted for nobody else.
    """
    reasons = _issuer_reasons(sd_jwt, key, use, typ)
    processed, problems = examine_claims(sd_jwt.payload, sd_jwt.disclosures)
    reasons += problems
    claims = processed.claims if processed else sd_jwt.payload
    reasons += _validity_reasons(claims, now, leeway, audience, required)
    binding, problems = _key_binding(sd_jwt, key_binding, now, leeway)
    reasons += problems
    if reasons or processed is None:
        return SdJwtReport(None, tuple(reasons))
    return SdJwtReport(VerifiedSdJwt(processed, key, binding, sd_jwt, _SEAL), ())


def _issuer_reasons(
    sd_jwt: UnverifiedSdJwt, key: PublicJwk, use: Use, typ: str | None
) -> list[ProtocolError]:
    """Section 7.1 step 2 and the type (section 9.11), one after the other."""
    reasons: list[ProtocolError] = []
    try:
        check_jws(sd_jwt.jws, key, use=use, typ=typ)
    except WrongType as error:
        reasons.append(IssuerTypeWrong(error.detail))
        reasons += _issuer_reasons(sd_jwt, key, use, None)
    except AlgorithmNotAllowed as error:
        reasons.append(IssuerAlgorithmNotAllowed(error.detail))
    except JoseError:
        reasons.append(IssuerSignatureInvalid())
    return reasons


def _validity_reasons(
    claims: Mapping[str, Any],
    now: datetime,
    leeway: timedelta,
    audience: str | None,
    required: Collection[str],
) -> list[ProtocolError]:
    """Section 7.1 step 6."""
    reasons: list[ProtocolError] = []
    try:
        verify_times(claims, now=now, leeway=leeway, require=required)
    except InvalidClaims as error:
        reasons.append(error)
    if "aud" in claims:
        try:
            if audience is None:
                raise WrongAudience("meant for somebody, and the caller is nobody")
            verify_audience(claims, audience)
        except InvalidClaims as error:
            reasons.append(error)
    return reasons


def _key_binding(
    sd_jwt: UnverifiedSdJwt,
    policy: KeyBindingPolicy | WithoutKeyBinding,
    now: datetime,
    leeway: timedelta,
) -> tuple[VerifiedKeyBinding | None, list[ProtocolError]]:
    """Section 7.3 steps 1 and 2: the policy decides whether it must be there; if it is, it must be good."""
    expected = policy if isinstance(policy, KeyBindingPolicy) else policy.expected
    if sd_jwt.key_binding_jwt is None:
        return None, [KeyBindingMissing()] if isinstance(policy, KeyBindingPolicy) else []
    if expected is None:
        return None, [KeyBindingUnexpected()]
    return examine_key_binding(sd_jwt, expected, now=now, leeway=leeway)
