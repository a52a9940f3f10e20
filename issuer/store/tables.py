"""The issuer's tables. Times are integers: milliseconds since 1970-01-01 UTC.

Nothing here holds a claim value, a code, a token or a register number: see docs/threats.md for what
somebody who can read or write these tables can do.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

metadata = MetaData()

# An automatic key must be INTEGER on SQLite to be the rowid.
_SERIAL = BigInteger().with_variant(Integer, "sqlite")

used_nonce = Table(
    "issuer_used_nonce",
    metadata,
    Column("nonce_id", LargeBinary, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

status_list = Table(
    "issuer_status_list",
    metadata,
    Column("list_id", String(64), primary_key=True),
    Column("configuration_id", String(64), nullable=False),
    Column("key_id", String(128), nullable=False),
    Column("expiry_bucket", String(16), nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("bits", SmallInteger, nullable=False),
    Column("size", Integer, nullable=False),
    Column("key_version", Integer, nullable=False),
    Column("last_expiry", BigInteger, nullable=False),
    Column("next_counter", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("signed_at", BigInteger, nullable=False),
    Column("token_expires_at", BigInteger, nullable=False),
    Column("lease_holder", String(64), nullable=False, server_default=""),
    Column("lease_until", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint(
        "configuration_id", "key_id", "expiry_bucket", "slot", "generation", name="issuer_status_list_slot"
    ),
)

credential = Table(
    "issuer_credential",
    metadata,
    Column("list_id", String(64), primary_key=True),
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("issuance_id", String(64), nullable=False, index=True),
    Column("subject_ref", String(64), nullable=False, index=True),
    Column("configuration_id", String(64), nullable=False),
    Column("status", SmallInteger, nullable=False, server_default="0"),
    Column("decoy", Boolean, nullable=False),
    Column("signed", Boolean, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    # What a list is rebuilt from: without it, that reads every entry and not the few that changed.
    Index(
        "issuer_credential_not_valid",
        "list_id",
        "idx",
        "status",
        sqlite_where=text("status <> 0"),
        postgresql_where=text("status <> 0"),
    ),
    sqlite_with_rowid=False,
)

list_change = Table(
    "issuer_list_change",
    metadata,
    Column("change_id", _SERIAL, primary_key=True, autoincrement=True),
    Column("list_id", String(64), nullable=False),
    Column("idx", Integer, nullable=False),
    Column("value", SmallInteger, nullable=False),
    Index("issuer_list_change_list", "list_id", "change_id"),
)

event = Table(
    "issuer_event",
    metadata,
    Column("event_id", _SERIAL, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("subject_ref", String(64)),
    Column("reason", String(64), nullable=False),
    Column("count", Integer, nullable=False),
)
