"""The table of messages to relying services: when they are due and how often they were tried."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from verifier.store.tables import metadata

WEBHOOK_COLUMNS = (
    "message_id",
    "request_id",
    "client_id",
    "created_at",
    "due_at",
    "attempts",
    "state",
)

webhook = Table(
    "verifier_webhook",
    metadata,
    Column("message_id", String(64), primary_key=True),
    Column("request_id", String(64), nullable=False, unique=True),
    Column("client_id", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False, index=True),
    Column("due_at", BigInteger, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("state", String(16)),
    Column("leased_until", BigInteger, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Index("verifier_webhook_of_service", "client_id", "leased_until"),
)
