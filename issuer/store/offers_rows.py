"""Offers from values to columns and back; both SQL stores share it."""

import json
from typing import Any

from issuer.domain.event import SubjectRef
from issuer.domain.offer import ConfigurationId, CredentialOffer, OfferId, OfferState, TransactionCode
from trillium.runtime.rows import Row, from_column, to_column


def offer_columns(offer: CredentialOffer) -> tuple[Any, ...]:
    """In the order of ``OFFER_COLUMNS``."""
    code = offer.transaction_code
    return (
        offer.offer_id,
        offer.reference_hash,
        offer.page_hash,
        offer.code_hash,
        offer.issuer_state_hash,
        offer.subject_ref,
        json.dumps(offer.configuration_ids),
        to_column(offer.created_at),
        None if offer.opened_at is None else to_column(offer.opened_at),
        to_column(offer.expires_at),
        offer.state.value,
        offer.attempts_left,
        code.code_hash if code else None,
        code.length if code else None,
    )


def offer_from(row: Row) -> CredentialOffer:
    """An offer from a row of ``issuer_credential_offer``."""
    code = None
    if row["transaction_code_hash"] is not None:
        code = TransactionCode(bytes(row["transaction_code_hash"]), row["transaction_code_length"])
    return CredentialOffer(
        offer_id=OfferId(row["offer_id"]),
        reference_hash=bytes(row["reference_hash"]),
        code_hash=_bytes(row["code_hash"]),
        subject_ref=SubjectRef(row["subject_ref"]),
        configuration_ids=tuple(ConfigurationId(name) for name in json.loads(row["configuration_ids"])),
        created_at=from_column(row["created_at"]),
        expires_at=from_column(row["expires_at"]),
        transaction_code=code,
        state=OfferState(row["state"]),
        attempts_left=row["attempts_left"],
        issuer_state_hash=_bytes(row["issuer_state_hash"]),
        page_hash=_bytes(row["page_hash"]),
        opened_at=None if row["opened_at"] is None else from_column(row["opened_at"]),
    )


def _bytes(value: object) -> bytes | None:
    return None if value is None else bytes(value)  # type: ignore[call-overload]  # a driver's own kind of bytes
