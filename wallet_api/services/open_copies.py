"""Opening what is sealed: a copy as its holder reads it, with the way to its key."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography import x509

from specs.dcql import SD_JWT_VC, Candidate
from specs.encoding import b64url_decode, b64url_encode, parse_json_object
from specs.jose import parse_x5c
from specs.sd_jwt import HeldSdJwt, confirmation_key, open_held_sd_jwt
from specs.sd_jwt_vc import UnverifiedCredential, parse_credential
from wallet_api.domain.account import Account
from wallet_api.domain.consent import OF_THE_CREDENTIAL
from wallet_api.domain.held_credential import HeldCopy, HeldCredential, copy_context
from wallet_api.domain.holder_key import HolderKey
from wallet_api.services.vault import MAX_SEALED_BYTES, Vault


@dataclass(frozen=True, slots=True)
class OpenedCopy:
    """Verified when it was received; here it is only read."""

    credential: UnverifiedCredential = field(repr=False)
    held: HeldSdJwt = field(repr=False)
    key: HolderKey

    @property
    def claims_of_the_person(self) -> dict[str, object]:
        """What it says about somebody, without what it says about itself."""
        claims = self.held.processed.claims
        return {name: value for name, value in claims.items() if name not in OF_THE_CREDENTIAL}


def open_copy(vault: Vault, account: Account, card: HeldCredential, copy: HeldCopy) -> OpenedCopy:
    """A copy in the clear, for as long as the caller needs it.

    Raises:
        keys.errors.UnwrapFailed: it is another account's, or its row was tampered with.
    """
    context = copy_context(account.account_id, card.credential_id, copy.number)
    plain = vault.open_for(account, copy.sealed, context)
    members = parse_json_object(plain, max_bytes=MAX_SEALED_BYTES)
    credential = parse_credential(members["credential"])
    key = HolderKey(confirmation_key(credential.sd_jwt.payload), b64url_decode(members["key"]))
    return OpenedCopy(credential, open_held_sd_jwt(credential.sd_jwt), key)


def candidate_of(card: HeldCredential, opened: OpenedCopy) -> Candidate:
    """The card as a query sees it, everything disclosed."""
    processed = opened.held.processed
    return Candidate(
        credential_id=card.credential_id,
        format=SD_JWT_VC,
        types=card.lineage,
        claims=processed.claims_as_issued(),
        holder_bound=True,
        authority_key_ids=frozenset(_authority_key_ids(opened.credential)),
        withholdable=frozenset(processed.disclosed),
    )


def closed_candidate(card: HeldCredential) -> Candidate:
    """The card without its claims: enough for a query that asks for another type."""
    return Candidate(
        credential_id=card.credential_id, format=SD_JWT_VC, types=card.lineage, claims={}, holder_bound=True
    )


def _authority_key_ids(credential: UnverifiedCredential) -> Iterable[str]:
    """Base64url of the KeyIdentifier of every authority above it (OpenID4VP 1.0 section 6.1.1.1)."""
    for certificate in parse_x5c(credential.header.get("x5c")):
        try:
            found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        except x509.ExtensionNotFound:
            continue
        if found.key_identifier is not None:
            yield b64url_encode(found.key_identifier)
