"""The table of ended sessions that clients are still to be told of."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from verifier.store.tables import metadata

LOGOUT_COLUMNS = ("message_id", "client_id", "sub", "sid", "created_at", "due_at", "attempts")

logout = Table(
    "verifier_openid_logout",
    metadata,
    Column("message_id", String(64), primary_key=True),
    Column("client_id", String(64), nullable=False),
    Column("sub", String(255), nullable=False),
    Column("sid", String(64), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
)
