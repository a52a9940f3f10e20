"""Making a credential: prepare, check, and only then sign (SD-JWT VC sections 2.2 and 5.6).

The rules of a type depend on the claims of a person and on the plan, which all copies of a batch share. So
they are checked once (`approve_claims`, on the credential as its holder will read it), and each copy is
compared with what was approved (`check_prepared`). Only what that returns can be signed.
"""

from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from specs.encoding import create_json, to_numeric_date
from specs.jose import Algorithm, PublicJwk, SigningInput
from specs.sd_jwt import (
    DisclosurePlan,
    PreparedSdJwt,
    ProcessedClaims,
    entropy_length,
    prepare_sd_jwt,
    process_claims,
)
from specs.sd_jwt_vc.credential import NEVER_DISCLOSED, TYPE
from specs.sd_jwt_vc.credential_errors import (
    ClaimNeverDisclosable,
    CredentialNotApproved,
    OtherTypesMalformed,
    TypeIdentifierMissing,
)
from specs.token_status_list.reference import StatusReference, create_status_claim

_ENVELOPE: Final = NEVER_DISCLOSED | {"iat"}


@dataclass(frozen=True, slots=True)
class CredentialHeader:
    """How the credential is signed and how a verifier finds the key (section 2.5).

    `x5c`: standard base64 of the DER certificates, signer first, without the trust anchor (HAIP section
    6.1.1).
    """

    algorithm: Algorithm
    kid: str | None = None
    x5c: tuple[str, ...] = ()
    members: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    """The protected header, worked out once for all credentials."""

    def __post_init__(self) -> None:
        members: dict[str, Any] = {"alg": self.algorithm.value, "typ": TYPE}
        if self.kid is not None:
            members["kid"] = self.kid
        if self.x5c:
            members["x5c"] = list(self.x5c)
        object.__setattr__(self, "members", MappingProxyType(members))


@dataclass(frozen=True, slots=True)
class CredentialEnvelope:
    """What a credential says beside its subject's claims; nothing of it is selectively disclosable but `iat`.

    Times are rounded by the caller so that members of a batch can't be told apart by them (RFC 9901 section
    10.1). Raises ValueError for a validity that ends before it begins, TypeIdentifierMissing without `vct`.
    """

    vct: str
    issuer: str | None
    issued_at: datetime
    expires_at: datetime
    holder_key: PublicJwk | None
    status: StatusReference | None
    not_before: datetime | None = None
    vct_integrity: str | None = None
    aka_vcts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.vct:
            raise TypeIdentifierMissing
        if self.vct in self.aka_vcts:
            raise OtherTypesMalformed("names vct itself")
        if self.expires_at <= max(self.issued_at, self.not_before or self.issued_at):
            raise ValueError("a validity that ends before it begins")

    def claims(self) -> dict[str, Any]:
        """The registered claims (section 2.2.2.3), absent ones left out."""
        claims: dict[str, Any] = {"vct": self.vct, "iat": to_numeric_date(self.issued_at)}
        claims["exp"] = to_numeric_date(self.expires_at)
        if self.issuer is not None:
            claims["iss"] = self.issuer
        if self.not_before is not None:
            claims["nbf"] = to_numeric_date(self.not_before)
        if self.holder_key is not None:
            claims["cnf"] = {"jwk": dict(self.holder_key.members)}
        if self.status is not None:
            claims["status"] = create_status_claim(self.status)
        if self.vct_integrity is not None:
            claims["vct#integrity"] = self.vct_integrity
        if self.aka_vcts:
            claims["aka_vcts"] = list(self.aka_vcts)
        return claims


@dataclass(frozen=True, slots=True)
class PreparedCredential:
    """A credential that is neither checked nor signed, and can't be signed as it is."""

    vct: str
    subject: bytes = field(repr=False)
    """The subject's claims as JSON: what was prepared, whatever happens to the mapping they came in."""
    plan: DisclosurePlan
    unsigned: PreparedSdJwt = field(repr=False)

    def processed(self) -> ProcessedClaims:
        """The credential as its holder will read it, worked out from the finished payload and disclosures."""
        return process_claims(self.unsigned.payload, self.unsigned.disclosures)


@dataclass(frozen=True, slots=True)
class ApprovedClaims:
    """Claims and a plan that were found to obey their type. Only approve_claims makes one."""

    vct: str
    subject: bytes = field(repr=False)
    plan: DisclosurePlan
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuntimeError("only approve_claims makes ApprovedClaims")


@dataclass(frozen=True, slots=True)
class CheckedCredential:
    """A credential that may be signed. Only check_prepared makes one."""

    unsigned: PreparedSdJwt = field(repr=False)
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuntimeError("only check_prepared makes a CheckedCredential")

    @property
    def signing_input(self) -> SigningInput:
        return self.unsigned.signing_input

    def attach(self, signature: bytes) -> str:
        """The credential as it is handed to the wallet."""
        return self.unsigned.attach(signature)


_SEAL: Final = object()


def credential_entropy_length(subject_claims: Mapping[str, Any], plan: DisclosurePlan) -> int:
    """How many random bytes `prepare_credential` needs; the same for every copy."""
    return entropy_length({**subject_claims, "iat": 0}, plan)


def prepare_credential(
    subject_claims: Mapping[str, Any],
    plan: DisclosurePlan,
    *,
    envelope: CredentialEnvelope,
    header: CredentialHeader,
    salts: bytes,
) -> PreparedCredential:
    """One copy of a credential, ready to be checked.

    `salts`: fresh random bytes for this copy, as many as credential_entropy_length says (RFC 9901 section
    10.1).

    Raises ClaimNeverDisclosable when the plan hides what every verifier has to see (section 2.2.2.3),
    ValueError when the subject's claims name something of the envelope, and what prepare_sd_jwt raises.
    """
    if not NEVER_DISCLOSED.isdisjoint(plan.root.members):
        raise ClaimNeverDisclosable
    if not _ENVELOPE.isdisjoint(subject_claims):
        raise ValueError("registered claims come from the envelope")
    claims = {**envelope.claims(), **subject_claims}
    unsigned = prepare_sd_jwt(claims, plan, header=header.members, salts=salts)
    return PreparedCredential(envelope.vct, create_json({**subject_claims}), plan, unsigned)


def approve_claims(
    prepared: PreparedCredential, check: Callable[[ProcessedClaims], object]
) -> ApprovedClaims:
    """Runs the check of a type over the credential as its holder will see it; passes on what the check
    raises.

    `check`: for instance `process_type_metadata` for the type, read as holder. Once per person and plan.
    """
    check(prepared.processed())
    return ApprovedClaims(prepared.vct, prepared.subject, prepared.plan, _SEAL)


def check_prepared(prepared: PreparedCredential, approved: ApprovedClaims) -> CheckedCredential:
    """The credential, ready to be signed; raises CredentialNotApproved when it is not the one that was
    approved.
    """
    if prepared.plan is not approved.plan or prepared.vct != approved.vct:
        raise CredentialNotApproved("another type or plan")
    if prepared.subject != approved.subject:
        raise CredentialNotApproved("other claims")
    return CheckedCredential(prepared.unsigned, _SEAL)
