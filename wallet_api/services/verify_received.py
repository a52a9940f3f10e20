"""What an issuer sent is checked as a verifier will check it, before any of it is kept (4.45, 1.32).

1. Its certificate chain ends at an anchor of the issuer we asked, which may issue the type (2.12, 2.16).
2. `cnf` is one of the keys we proved, each at most once; the order of the copies means nothing (4.32).
3. Signature, disclosures, times; no key binding (RFC 9901 section 7.2).
4. It is of the type we asked for, and `iss`, when there, is the issuer we asked.
5. It obeys the Type Metadata of its type, read as holder, parents included (2.23, 2.24).
6. Its status is valid, as far as the list can be read now.
7. All copies say the same about the person: one card is shown, whichever copy is presented.

One bad copy refuses the batch: an issuer that sends one is broken or worse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from specs.errors import ProtocolError
from specs.jose import ChainCache, PublicJwk
from specs.sd_jwt import SdJwtRejected, confirmation_key
from specs.sd_jwt_vc import (
    EffectiveTypeMetadata,
    Reader,
    VerifiedCredential,
    parse_credential,
    process_type_metadata,
    verify_issued_credential,
)
from specs.token_status_list import StatusOutcome
from wallet_api.domain.held_credential import CardStatus, card_status
from wallet_api.domain.holder_key import HolderKey
from wallet_api.domain.trust import TrustedCredentialIssuer
from wallet_api.errors import CredentialRefused
from wallet_api.ports import StatusLists, TrustSource
from wallet_api.services.type_documents import TypeDocuments, has_document

LEEWAY: Final = timedelta(seconds=60)
STATUS_MAX_AGE: Final = timedelta(seconds=60)
# What may differ from copy to copy (1.14): the key, the place in a status list, and times.
_OF_THE_COPY: Final = frozenset({"cnf", "status", "iat", "nbf", "exp", "jti"})


@dataclass(frozen=True, slots=True)
class Requested:
    """What was asked for."""

    credential_issuer: str
    vct: str
    keys: Sequence[HolderKey]


@dataclass(frozen=True, slots=True)
class ReceivedCopy:
    """A copy that a verifier would accept, and the key it is bound to."""

    text: str = field(repr=False)
    credential: VerifiedCredential = field(repr=False)
    key: HolderKey


@dataclass(frozen=True, slots=True)
class ReceivedBatch:
    """All copies of one card. ``type_metadata``: None for a type that has no address."""

    copies: Sequence[ReceivedCopy]
    type_metadata: EffectiveTypeMetadata | None
    status: CardStatus


@dataclass(slots=True)
class VerifyReceived:
    trust: TrustSource
    types: TypeDocuments
    statuses: StatusLists
    chains: ChainCache = field(default_factory=ChainCache)

    async def __call__(
        self, credentials: Sequence[str], requested: Requested, now: datetime
    ) -> ReceivedBatch:
        """The whole batch, verified.

        Raises:
            CredentialRefused: anything at all is wrong with one of them.
            TrustUnavailable: it cannot be said now whom to trust.
        """
        issuer = self.trust.current(now).issuer(requested.credential_issuer)
        if issuer is None or not issuer.may_issue(requested.vct):
            raise CredentialRefused("the issuer is not trusted for the type")
        try:
            unused = {key.public_jwk: key for key in requested.keys}
            copies = [self._verify(text, issuer, requested.vct, unused, now) for text in credentials]
            _require_equal(copies)
            metadata = await self._process_types(copies)
            status = await self._status(copies, issuer, now)
        except CredentialRefused:
            raise
        except SdJwtRejected as error:
            raise CredentialRefused(", ".join(reason.code for reason in error.reasons)) from error
        except ProtocolError as error:
            raise CredentialRefused(f"{error.code} {error.detail}".strip()) from error
        return ReceivedBatch(copies, metadata, status)

    def _verify(
        self,
        text: str,
        issuer: TrustedCredentialIssuer,
        vct: str,
        unused: dict[PublicJwk, HolderKey],
        now: datetime,
    ) -> ReceivedCopy:
        unverified = parse_credential(text)
        chain = self.chains.verify(unverified.header.get("x5c"), issuer.anchors, now=now)
        if not issuer.is_named_by(chain):
            raise CredentialRefused("the certificate is another issuer's")
        key = unused.pop(confirmation_key(unverified.sd_jwt.payload), None)
        if key is None:
            raise CredentialRefused("bound to a key that is not ours, or to one twice")
        verified = verify_issued_credential(
            unverified, chain.key, holder_key=key.public_jwk, now=now, leeway=LEEWAY
        )
        if verified.vct != vct:
            raise CredentialRefused("another type than was asked for")
        if verified.issuer not in (None, issuer.issuer):
            raise CredentialRefused("iss is another issuer")
        return ReceivedCopy(text, verified, key)

    async def _process_types(self, copies: Sequence[ReceivedCopy]) -> EffectiveTypeMetadata | None:
        """Completely or not at all (2.23); a type with an address must have its description there."""
        metadata: EffectiveTypeMetadata | None = None
        documents: Mapping[str, bytes] = {}
        for one in copies:
            if has_document(one.credential.vct):
                documents = await self.types.of(one.credential.processed, documents)
                metadata = process_type_metadata(one.credential.processed, documents, Reader.HOLDER)
        return metadata

    async def _status(
        self, copies: Sequence[ReceivedCopy], issuer: TrustedCredentialIssuer, now: datetime
    ) -> CardStatus:
        """Valid when every list says so, unknown when one cannot be read; anything else refuses."""
        found: set[CardStatus] = set()
        for one in copies:
            outcome = StatusOutcome.VALID
            if one.credential.status is not None:
                outcome = await self.statuses.status_of(
                    one.credential.status, anchors=issuer.anchors, max_age=STATUS_MAX_AGE, now=now
                )
            found.add(card_status(outcome))
        bad = found - {CardStatus.VALID, CardStatus.UNKNOWN}
        if bad:
            raise CredentialRefused(f"status {', '.join(sorted(bad))}")
        return CardStatus.UNKNOWN if CardStatus.UNKNOWN in found else CardStatus.VALID


def _require_equal(copies: Sequence[ReceivedCopy]) -> None:
    facts = [_of_the_person(one.credential.claims) for one in copies]
    if any(one != facts[0] for one in facts):
        raise CredentialRefused("the copies do not say the same")


def _of_the_person(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in _OF_THE_COPY}
