"""The key ring as the issuer's services ask for it: which key signs what, and which secret belongs where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from issuer.domain.records import ListId
from issuer.ports import Clock
from issuer.services.sign_status_list import StatusListSigner
from keys import KeyAgreement, KeyPurpose, KeyRing, Secret, Signer
from keys.errors import UnknownKey
from specs.jose import PublicJwk


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """``public_url``: the credential issuer identifier, below which lists have their addresses."""

    ring: KeyRing
    clock: Clock
    public_url: str

    def list_uri(self, list_id: ListId) -> str:
        """What credentials on the list refer to (3.07)."""
        return f"{self.public_url}/status-lists/{list_id}"

    def permutation_key(self, key_version: int, list_id: ListId) -> bytes:
        """Derived, never stored (decisions.md "Keys")."""
        secret = self.ring.secret_for(KeyPurpose.INDEX_PERMUTATION, key_version)
        return secret.derive(self.list_uri(list_id))

    def credential_signer(self, now: datetime) -> Signer:
        return self.ring.signer_for(KeyPurpose.CREDENTIAL, now)

    def token_signer(self, now: datetime) -> Signer:
        return self.ring.signer_for(KeyPurpose.ACCESS_TOKEN, now)

    def token_keys(self) -> Mapping[str, PublicJwk]:
        """Every key whose access tokens may still be good, by its name."""
        published = self.ring.signers_publishable(KeyPurpose.ACCESS_TOKEN, self.clock.now())
        return {entry.key_id: entry.public_jwk for entry in published if entry.public_jwk is not None}

    def request_key(self, key_id: str, now: datetime) -> KeyAgreement:
        """The key that a request was encrypted to. Raises UnknownKey for any but those that we announce."""
        announced = self.ring.signers_publishable(KeyPurpose.REQUEST_DECRYPTION, now)
        if key_id not in {entry.key_id for entry in announced}:
            raise UnknownKey(key_id)
        return self.ring.agreement_for_key(key_id, now)

    def request_keys(self) -> Mapping[str, Any]:
        """The JWK Set that requests may be encrypted to."""
        return self.ring.jwks([KeyPurpose.REQUEST_DECRYPTION], self.clock.now())

    def nonce_secret(self) -> Secret:
        return self.ring.secret_for(KeyPurpose.NONCE)

    def session_secret(self) -> Secret:
        """What codes of offers are derived with."""
        return self.ring.secret_for(KeyPurpose.SESSION)

    def wrapping_secret(self, version: int | None) -> Secret:
        """What references in access tokens are sealed with."""
        return self.ring.secret_for(KeyPurpose.WRAPPING, version)

    def list_signer(self) -> StatusListSigner:
        return StatusListSigner(self.ring.signer_for_list, self.list_uri)
