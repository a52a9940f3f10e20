"""The table of offers: hashes of secrets, a random reference to a person, states and times."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, String, Table, Text

from issuer.store.tables import metadata

OFFER_COLUMNS = (
    "offer_id",
    "reference_hash",
    "page_hash",
    "code_hash",
    "issuer_state_hash",
    "subject_ref",
    "configuration_ids",
    "created_at",
    "opened_at",
    "expires_at",
    "state",
    "attempts_left",
    "transaction_code_hash",
    "transaction_code_length",
)

credential_offer = Table(
    "issuer_credential_offer",
    metadata,
    Column("offer_id", String(64), primary_key=True),
    Column("reference_hash", LargeBinary, nullable=False, unique=True),
    Column("page_hash", LargeBinary, unique=True),
    Column("code_hash", LargeBinary, unique=True),
    Column("issuer_state_hash", LargeBinary, unique=True),
    Column("subject_ref", String(64), nullable=False),
    Column("configuration_ids", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("attempts_left", SmallInteger, nullable=False),
    Column("transaction_code_hash", LargeBinary),
    Column("transaction_code_length", SmallInteger),
    Index("issuer_credential_offer_of_subject", "subject_ref", "created_at"),
)
