"""The tables of receipts and evidence: ciphertext, hashes, times. Times as in ``tables``.

A receipt stands here until it is fetched once, for minutes; evidence until its day, encrypted to the relying
service's own key.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String, Table, Text

from verifier.store.tables import metadata

RECEIPT_COLUMNS = ("request_id", "kept_until", "wrapped_key", "ciphertext")

receipt = Table(
    "verifier_receipt",
    metadata,
    Column("request_id", String(64), primary_key=True),
    Column("kept_until", BigInteger, nullable=False, index=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)

ENTRY_COLUMNS = (
    "evidence_id",
    "request_id",
    "transaction_hash",
    "client_id",
    "preset",
    "made_at",
    "delete_at",
    "held_back",
)
"""Without the evidence itself, which may be large."""

evidence = Table(
    "verifier_evidence",
    metadata,
    Column("evidence_id", String(64), primary_key=True),
    Column("request_id", String(64), nullable=False, unique=True),
    Column("transaction_hash", LargeBinary, nullable=False, unique=True),
    Column("client_id", String(64), nullable=False),
    Column("preset", String(64), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("delete_at", BigInteger, nullable=False, index=True),
    Column("held_back", Boolean, nullable=False),
    Column("jwe", Text, nullable=False),
    Index("verifier_evidence_of_service", "client_id", "made_at", "evidence_id"),
)
