"""From receipts and evidence to columns and back; both SQL stores share it."""

from typing import Any

from trillium.runtime.rows import Row, from_column, to_column
from verifier.domain.evidence import EvidenceEntry, EvidenceId, KeptEvidence
from verifier.domain.presentation import RequestId, SealedResult
from verifier.domain.receipt import KeptReceipt
from verifier.domain.relying_service import ClientId


def receipt_columns(receipt: KeptReceipt) -> tuple[Any, ...]:
    """In the order of ``RECEIPT_COLUMNS``."""
    sealed = receipt.sealed
    return (receipt.request_id, to_column(receipt.kept_until), sealed.wrapped_key, sealed.ciphertext)


def receipt_from(row: Row) -> KeptReceipt:
    """A receipt from a row."""
    return KeptReceipt(
        RequestId(row["request_id"]),
        from_column(row["kept_until"]),
        SealedResult(bytes(row["wrapped_key"]), bytes(row["ciphertext"])),
    )


def evidence_columns(evidence: KeptEvidence) -> tuple[Any, ...]:
    """In the order of ``ENTRY_COLUMNS``, and the evidence itself."""
    entry = evidence.entry
    return (
        entry.evidence_id,
        entry.request_id,
        entry.transaction_hash,
        entry.client_id,
        entry.preset,
        to_column(entry.made_at),
        to_column(entry.delete_at),
        entry.held_back,
        evidence.jwe,
    )


def entry_from(row: Row) -> EvidenceEntry:
    """What is known of evidence, from a row."""
    return EvidenceEntry(
        evidence_id=EvidenceId(row["evidence_id"]),
        request_id=RequestId(row["request_id"]),
        transaction_hash=bytes(row["transaction_hash"]),
        client_id=ClientId(row["client_id"]),
        preset=row["preset"],
        made_at=from_column(row["made_at"]),
        delete_at=from_column(row["delete_at"]),
        held_back=bool(row["held_back"]),
    )


def evidence_from(row: Row) -> KeptEvidence:
    """Evidence from a row with the evidence itself."""
    return KeptEvidence(entry_from(row), row["jwe"])
