"""Somebody who vouches for holder keys: an authority of its own, and attestations good and bad."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from keys import KeyPurpose, KeyRing, KeySpec, open_key_ring
from keys.signer import Signer
from specs.encoding import b64url_encode, create_json
from specs.openid4vci import prepare_key_attestation
from tests.issuer.surroundings import NOW
from tests.issuer.wallet import holder_key

HIGH, MODERATE = "iso_18045_high", "iso_18045_moderate"


@dataclass
class Attester:
    """A wallet provider."""

    ring: KeyRing

    @classmethod
    def open(cls) -> "Attester":
        ring = open_key_ring("memory:", sandbox=True, now=NOW)
        wanted = {KeyPurpose.WALLET_ATTESTATION: KeySpec(("wallet.example",), (), certificate=True)}
        ring.ensure(wanted, NOW)
        return cls(ring)

    def anchors_file(self, folder: Path) -> Path:
        """Its authority, as an operator puts it into the settings."""
        pem = b"".join(one.public_bytes(Encoding.PEM) for one in self.ring.anchors().certificates)
        file = folder / "attesters.pem"
        file.write_bytes(pem)
        return file

    def signer(self, now: datetime) -> Signer:
        return self.ring.signer_for(KeyPurpose.WALLET_ATTESTATION, now)

    async def attest(self, nonce: str | None, numbers: range, *, now: datetime = NOW, **changes: Any) -> str:
        """An attestation of the wallet's keys of these numbers."""
        signer = self.signer(now)
        members: dict[str, Any] = {
            "issued_at": now,
            "expires_at": now + timedelta(minutes=5),
            "key_storage": (HIGH,),
            "user_authentication": (HIGH,),
        }
        prepared = prepare_key_attestation(
            [holder_key(number) for number in numbers],
            algorithm=signer.algorithm,
            certificate_chain=signer.certificate_chain,
            nonce=nonce,
            **(members | changes),
        )
        return prepared.attach(await signer.sign(prepared.data))


def with_signature_of_nobody(attestation: str) -> str:
    """The same words under a signature that is none."""
    header, payload, _ = attestation.split(".")
    return f"{header}.{payload}.{b64url_encode(bytes(range(64)))}"


def with_type(attestation: str, typ: str) -> str:
    """Another `typ`, and so another thing that was signed."""
    _, payload, signature = attestation.split(".")
    return f"{b64url_encode(create_json({'alg': 'ES256', 'typ': typ}))}.{payload}.{signature}"
