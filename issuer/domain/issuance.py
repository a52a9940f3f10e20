"""From claims, holder keys and status references to copies that may be signed (RFC 9901, SD-JWT VC).

The rules of the type are checked once for all copies; each copy is compared with what was checked. Copies
share the day they were issued and nothing that tells them apart from other people's (1.14).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.type_settings import IssuerKeyReference
from issuer.domain.validity import ValidityPeriod
from specs.jose import PublicJwk
from specs.sd_jwt import ProcessedClaims
from specs.sd_jwt_vc import Reader, verify_claim_rules
from specs.sd_jwt_vc.credential_issuance import (
    CheckedCredential,
    CredentialEnvelope,
    CredentialHeader,
    approve_claims,
    check_prepared,
    credential_entropy_length,
    prepare_credential,
)
from specs.token_status_list import StatusReference


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What one copy has of its own."""

    holder_key: PublicJwk
    status: StatusReference


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What all copies of a batch have in common."""

    issuer: str
    validity: ValidityPeriod
    header: CredentialHeader


def header_for(configuration: CredentialConfiguration, header: CredentialHeader) -> CredentialHeader:
    """How credentials of a type name their key: with the certificate chain, or with its id alone (8.07)."""
    if configuration.settings.issuer_key is IssuerKeyReference.X5C:
        return CredentialHeader(header.algorithm, None, header.x5c)
    return CredentialHeader(header.algorithm, header.kid)


def prepare_copies(
    configuration: CredentialConfiguration,
    claims: Mapping[str, Any],
    batch: BatchFacts,
    copies: Sequence[CopyFacts],
    *,
    random: Callable[[int], bytes],
) -> Sequence[CheckedCredential]:
    """One checked credential for each copy, in order.

    ``claims``: of the subject, obeying the type's schema. ``random(count)``: fresh bytes from the generator;
    asked once for all salts of the batch.

    Raises:
        specs.sd_jwt_vc.errors.ClaimRulesBroken: the claims do not obey the type metadata.
    """
    needed = credential_entropy_length(claims, configuration.plan)
    salts = random(needed * len(copies))
    prepared = [
        prepare_credential(
            claims,
            configuration.plan,
            envelope=_envelope(configuration, batch, copy),
            header=batch.header,
            salts=salts[place * needed : (place + 1) * needed],
        )
        for place, copy in enumerate(copies)
    ]
    approved = approve_claims(prepared[0], lambda processed: _check(configuration, processed))
    return [check_prepared(one, approved) for one in prepared]


def _envelope(
    configuration: CredentialConfiguration, batch: BatchFacts, copy: CopyFacts
) -> CredentialEnvelope:
    return CredentialEnvelope(
        vct=configuration.vct,
        # Readers without a network have the type in their signed bundle; a QR code has no room to repeat it.
        vct_integrity=None if configuration.settings.offline else configuration.vct_integrity,
        issuer=batch.issuer,
        issued_at=batch.validity.issued_at,
        expires_at=batch.validity.expires_at,
        holder_key=copy.holder_key,
        status=copy.status,
    )


def _check(configuration: CredentialConfiguration, processed: ProcessedClaims) -> None:
    verify_claim_rules(configuration.metadata.claims, processed, Reader.HOLDER)
