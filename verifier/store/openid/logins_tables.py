"""The tables of logins: requests of clients, hashes of what browsers hold, pseudonyms. No claims."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from verifier.store.tables import metadata

pushed_request = Table(
    "verifier_openid_pushed_request",
    metadata,
    Column("reference_hash", LargeBinary, primary_key=True),
    Column("client_id", String(64), nullable=False),
    Column("request", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

login = Table(
    "verifier_openid_login",
    metadata,
    Column("request_id", String(64), primary_key=True),
    Column("request", Text, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("state", String(16), nullable=False),
)

session = Table(
    "verifier_openid_session",
    metadata,
    Column("browser_hash", LargeBinary, primary_key=True),
    Column("client_id", String(64), nullable=False),
    Column("preset", String(64), nullable=False),
    Column("sub", String(255), nullable=False),
    Column("sid", String(64), nullable=False),
    Column("acr", Text, nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Index("verifier_openid_session_sid", "client_id", "sid", unique=True),
)
