"""The verifier's tables. Times are integers: milliseconds since 1970-01-01 UTC.

Results stand here only until they are fetched, encrypted under a key of their own that is deleted with
them. Secrets of relying services and transaction ids are stored as hashes.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

# An automatic key must be INTEGER on SQLite to be the rowid.
_SERIAL = BigInteger().with_variant(Integer, "sqlite")

# Few rows are open at any time; counting those of one relying service must not depend on the others.
_IS_OPEN = text("state IN ('requested', 'retrieved')")
_IS_OVER = text("concluded_at IS NOT NULL")

presentation = Table(
    "verifier_presentation",
    metadata,
    Column("request_id", String(64), primary_key=True),
    Column("transaction_hash", LargeBinary, nullable=False, unique=True),
    Column("client_id", String(64), nullable=False),
    Column("preset", String(64), nullable=False),
    Column("prefix", String(32), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("state_value", String(64), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("concluded_at", BigInteger),
    Column("result_fetched", Boolean, nullable=False),
    Column("audience", Text, nullable=False),
    Column("by_value", Boolean, nullable=False),
    Column("response_mode", String(32), nullable=False),
    Column("method", String(8), nullable=False),
    Column("response_key", LargeBinary),
    Column("transaction_data", Text, nullable=False),
    Column("release", String(16), nullable=False),
    Column("cross_device", String(16), nullable=False),
    Column("return_url", Text),
    Column("reference", String(64)),
    Column("response_code_hash", LargeBinary, unique=True),
    Column("request_object", Text),
    Column("reasons", Text, nullable=False),
    Column("wrapped_key", LargeBinary),
    Column("ciphertext", LargeBinary),
    Index("verifier_presentation_open", "state", "expires_at"),
    Index(
        "verifier_presentation_concluded", "concluded_at", sqlite_where=_IS_OVER, postgresql_where=_IS_OVER
    ),
    Index(
        "verifier_presentation_open_of_service",
        "client_id",
        "expires_at",
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    ),
)

relying_service = Table(
    "verifier_relying_service",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("names", Text, nullable=False),
    Column("presets", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("site", Text),
    Column("return_urls", Text, nullable=False),
    Column("webhook_url", Text),
    Column("evidence_key", Text),
    Column("previous_secret_hash", LargeBinary),
    Column("previous_secret_until", BigInteger),
    Column("disabled_at", BigInteger),
    Column("version", Integer, nullable=False),
)

event = Table(
    "verifier_event",
    metadata,
    Column("event_id", _SERIAL, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("preset", String(64), nullable=False),
    Column("reason", String(64), nullable=False),
)
