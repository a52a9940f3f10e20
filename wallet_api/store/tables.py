"""The wallet's tables. Times are integers: milliseconds since 1970-01-01 UTC.

Whatever says something about a person is in a column named ``sealed…``, encrypted under the resident's own
key, which is itself wrapped. Account tokens are stored as hashes.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

# An automatic key must be INTEGER on SQLite to be the rowid.
_SERIAL = BigInteger().with_variant(Integer, "sqlite")

account = Table(
    "wallet_account",
    metadata,
    Column("account_id", String(64), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

operation = Table(
    "wallet_operation",
    metadata,
    Column("operation_id", String(64), primary_key=True),
    Column("account_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("wallet_operation_expiry", "expires_at"),
)

credential = Table(
    "wallet_credential",
    metadata,
    Column("credential_id", String(64), primary_key=True),
    Column("account_id", String(64), nullable=False),
    Column("credential_issuer", Text, nullable=False),
    Column("configuration_id", Text, nullable=False),
    Column("vct", Text, nullable=False),
    Column("lineage", Text, nullable=False),
    Column("names", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("copies", Integer, nullable=False),
    Column("draws", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Index("wallet_credential_account", "account_id", "received_at"),
)

copy = Table(
    "wallet_copy",
    metadata,
    Column("credential_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

history = Table(
    "wallet_history",
    metadata,
    Column("entry_id", String(64), primary_key=True),
    Column("account_id", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("wallet_history_account", "account_id", "at"),
)

event = Table(
    "wallet_event",
    metadata,
    Column("event_id", _SERIAL, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("account_id", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Index("wallet_event_account", "account_id", "event_id"),
)
