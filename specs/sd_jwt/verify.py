"""Verification (RFC 9901 section 7): signature, disclosures, times, key binding.

`check_sd_jwt` reports everything that is wrong, `verify_sd_jwt` raises it. Both run the same checks.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

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
from specs.sd_jwt.sealed import Sealed


class _VerifiedFields(NamedTuple):
    processed: ProcessedClaims
    key: PublicJwk
    """The key that verified the issuer's signature."""
    key_binding: VerifiedKeyBinding | None
    sd_jwt: UnverifiedSdJwt
    """As received; now verified."""


class VerifiedSdJwt(Sealed, _VerifiedFields):
    """An SD-JWT that passed every check of section 7. Only this module makes one.

    Who `key` belongs to, and whether that one may say these things, is the caller's question.
    """

    __slots__ = ()

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
    # The reasons are looked into where there are some: what is not called costs nothing.
    reasons: list[ProtocolError] = []
    jws, payload, disclosures, key_binding_jwt, _ = sd_jwt
    try:
        check_jws(jws, key, use=use, typ=typ)
    except JoseError as error:
        reasons += _issuer_reasons(error, sd_jwt, key, use)
    processed, problems = examine_claims(payload, disclosures)
    reasons += problems
    claims = processed.claims if processed else payload
    # Section 7.1 step 6.
    try:
        verify_times(claims, now=now, leeway=leeway, require=required)
    except InvalidClaims as error:
        reasons.append(error)
    if "aud" in claims:
        reasons += _audience_reasons(claims, audience)
    # Section 7.3 steps 1 and 2: the policy decides whether it must be there; if it is, it must be good.
    expected = key_binding if isinstance(key_binding, KeyBindingPolicy) else key_binding.expected
    binding = None
    if key_binding_jwt is None:
        if isinstance(key_binding, KeyBindingPolicy):
            reasons.append(KeyBindingMissing())
    elif expected is None:
        reasons.append(KeyBindingUnexpected())
    else:
        binding, problems = examine_key_binding(sd_jwt, expected, now=now, leeway=leeway)
        reasons += problems
    if reasons or processed is None:
        return SdJwtReport(None, tuple(reasons))
    return SdJwtReport(tuple.__new__(VerifiedSdJwt, (processed, key, binding, sd_jwt)), ())


def _issuer_reasons(
    error: JoseError, sd_jwt: UnverifiedSdJwt, key: PublicJwk, use: Use
) -> Iterator[ProtocolError]:
    """Section 7.1 step 2 and the type (section 9.11), one after the other."""
    if isinstance(error, WrongType):
        yield IssuerTypeWrong(error.detail)
        try:
            check_jws(sd_jwt.jws, key, use=use, typ=None)
        except JoseError as other:
            yield from _issuer_reasons(other, sd_jwt, key, use)
    elif isinstance(error, AlgorithmNotAllowed):
        yield IssuerAlgorithmNotAllowed(error.detail)
    else:
        yield IssuerSignatureInvalid()


def _audience_reasons(claims: Mapping[str, Any], audience: str | None) -> list[ProtocolError]:
    try:
        if audience is None:
            raise WrongAudience("meant for somebody, and the caller is nobody")
        verify_audience(claims, audience)
    except InvalidClaims as error:
        return [error]
    return []
