"""Tables of deferred issuance and of notifications: no claim value, no transaction id, no free text."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from issuer.store.tables import metadata

deferred = Table(
    "issuer_deferred",
    metadata,
    Column("deferral_id", String(64), primary_key=True),
    Column("transaction_hash", LargeBinary, nullable=False, unique=True),
    Column("grant_hash", LargeBinary, nullable=False),
    Column("subject_ref", String(64), nullable=False),
    Column("configuration_id", String(64), nullable=False),
    # Public keys only: what the credential will be bound to, and empty once it was delivered.
    Column("holder_keys", Text, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("approve_at", BigInteger),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("claimed_until", BigInteger),
    Column("issuance_id", String(64)),
    Column("recorded_at", BigInteger),
    Index("issuer_deferred_person", "subject_ref", "requested_at"),
)

notification = Table(
    "issuer_notification",
    metadata,
    Column("issuance_id", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("received_at", BigInteger, nullable=False),
)
