"""Tables of the authorization code flow: hashes of secrets, random names of people, what is asked for."""

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String, Table, Text

from issuer.store.tables import metadata

pushed_request = Table(
    "issuer_pushed_request",
    metadata,
    Column("reference_hash", LargeBinary, primary_key=True),
    Column("client_id", Text, nullable=False),
    # The checked request without hints about the person.
    Column("request", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

authorization_session = Table(
    "issuer_authorization_session",
    metadata,
    Column("session_hash", LargeBinary, primary_key=True),
    Column("request", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("subject_ref", String(64)),
    Column("auth_time", BigInteger),
)

authorization_code = Table(
    "issuer_authorization_code",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("request", Text, nullable=False),
    Column("subject_ref", String(64), nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    # NULL until it is spent, and then what it gave.
    Column("grant_id", String(64)),
)

issued_grant = Table(
    "issuer_grant",
    metadata,
    Column("grant_id", String(64), primary_key=True),
    Column("subject_ref", String(64), nullable=False, index=True),
    Column("client_id", Text),
    Column("granted", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("refresh_hash", LargeBinary, unique=True),
    Column("revoked", Boolean, nullable=False),
)
