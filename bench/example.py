"""The credential that is measured: 18 claims, 12 of them selectively disclosable, a holder key, a status, and
the certificate chain in its header, as this issuer makes them.
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from keys import KeyPurpose, KeySpec, open_key_ring
from keys.providers.local import LocalSigner
from specs.jose import Algorithm, PublicJwk, TrustAnchors, public_jwk_of
from specs.jose.signatures import signing_function
from specs.sd_jwt import (
    DisclosurePlan,
    HeldSdJwt,
    KeyBindingPolicy,
    open_held_sd_jwt,
    parse_sd_jwt,
    prepare_key_binding,
    select_disclosures,
)
from specs.sd_jwt_vc.credential_issuance import (
    ApprovedClaims,
    CredentialEnvelope,
    CredentialHeader,
    approve_claims,
    check_prepared,
    credential_entropy_length,
    prepare_credential,
)
from specs.token_status_list import StatusReference

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ISSUER = "https://issuer.example"
VCT = f"{ISSUER}/types/photo-card/1"
NONCE = "0A1b2C3d4E5f6G7h8I9j0K"
AUDIENCE = "x509_hash:7Jp0rVb0S2i6m4xN9cQ1yZ3uT5wK8aL2dF6gH0jE4sA"

DISCLOSABLE: dict[str, Any] = {
    "family_name": "Tremblay-O'Connor",
    "given_name": "Maya Élise",
    "birthdate": "1994-06-14",
    "sex": "F",
    "street_address": "Unit 4, 118 Spadina Ave",
    "locality": "Toronto",
    "region": "ON",
    "postal_code": "M5V 2K9",
    "country": "CA",
    "age_over_19": True,
    "personal_administrative_number": "mL5rS0qWc2xQb7tYd9uVfA",
    "document_number": "PC-7H3K-M9Q2-RT4X",
}
CLEAR: dict[str, Any] = {"issuing_authority": "Trillium", "issuing_country": "CA"}
SUBJECT = {**DISCLOSABLE, **CLEAR}
NAMES = tuple(DISCLOSABLE)


def _issuer_signer() -> tuple[LocalSigner, TrustAnchors]:
    ring = open_key_ring("memory:", sandbox=True, now=NOW)
    ring.ensure({KeyPurpose.CREDENTIAL: KeySpec(("issuer.example",), (ISSUER,), certificate=True)}, NOW)
    signer = ring.signer_for(KeyPurpose.CREDENTIAL, NOW)
    assert isinstance(signer, LocalSigner)
    return signer, ring.anchors()


@dataclass
class Example:
    """Keys, plan and parties; `issue` and `present` are the paths that are measured."""

    signer: LocalSigner
    anchors: TrustAnchors
    holder: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    plan: DisclosurePlan = field(default_factory=lambda: DisclosurePlan(tuple((name,) for name in NAMES)))
    holder_key: PublicJwk = field(init=False)
    header: CredentialHeader = field(init=False)
    approved: ApprovedClaims = field(init=False)

    def __post_init__(self) -> None:
        self.holder_key = public_jwk_of(self.holder.public_key())
        self.header = CredentialHeader(Algorithm.ES256, x5c=self.signer.certificate_chain)
        self.entropy = credential_entropy_length(SUBJECT, self.plan)
        self.sign_as_holder = signing_function(self.holder, Algorithm.ES256)
        first = prepare_credential(
            SUBJECT, self.plan, envelope=self.envelope(), header=self.header, salts=os.urandom(self.entropy)
        )
        # The rules of the type are checked once for a person, as when a batch is issued.
        self.approved = approve_claims(first, lambda _processed: None)

    @classmethod
    def create(cls) -> "Example":
        """With keys of its own."""
        return cls(*_issuer_signer())

    @property
    def policy(self) -> KeyBindingPolicy:
        """What a presentation must be bound to."""
        return KeyBindingPolicy(NONCE, AUDIENCE, timedelta(minutes=5))

    def envelope(self) -> CredentialEnvelope:
        """The registered claims of one copy."""
        return CredentialEnvelope(
            vct=VCT,
            issuer=ISSUER,
            issued_at=NOW - timedelta(hours=15),
            expires_at=NOW + timedelta(days=180),
            holder_key=self.holder_key,
            status=StatusReference(f"{ISSUER}/status-lists/q3Zb7WmK0xVt5LrP9sYd2A", 733_101),
        )

    def issue(self) -> str:
        """One copy: prepared, compared with what was approved, signed."""
        prepared = prepare_credential(
            SUBJECT, self.plan, envelope=self.envelope(), header=self.header, salts=os.urandom(self.entropy)
        )
        checked = check_prepared(prepared, self.approved)
        return checked.attach(self.signer.sign_now(checked.signing_input.data))

    def open(self, credential: str) -> HeldSdJwt:
        """What a wallet does once before it asks its holder."""
        return open_held_sd_jwt(parse_sd_jwt(credential))

    def present(self, held: HeldSdJwt, count: int) -> str:
        """The first `count` claims, with key binding."""
        prepared = prepare_key_binding(
            select_disclosures(held, [(name,) for name in NAMES[:count]]),
            nonce=NONCE,
            audience=AUDIENCE,
            issued_at=NOW,
            algorithm=Algorithm.ES256,
        )
        return prepared.attach(self.sign_as_holder(prepared.signing_input.data))
