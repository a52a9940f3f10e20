"""The table of grants: codes and tokens as hashes, claims sealed."""

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String, Table, Text

from verifier.store.tables import metadata

GRANT_COLUMNS = (
    "code_hash",
    "client_id",
    "redirect_uri",
    "code_challenge",
    "nonce",
    "dpop_jkt",
    "scope",
    "sub",
    "acr",
    "preset",
    "auth_time",
    "wants_auth_time",
    "sid",
    "id_token_claims",
    "wrapped_key",
    "ciphertext",
    "issued_at",
    "expires_at",
    "used_at",
    "token_hash",
    "token_expires_at",
    "token_jkt",
)

grant = Table(
    "verifier_openid_grant",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("client_id", String(64), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", String(64)),
    Column("nonce", Text),
    Column("dpop_jkt", String(64)),
    Column("scope", Text, nullable=False),
    Column("sub", String(255), nullable=False),
    Column("acr", Text, nullable=False),
    Column("preset", String(64), nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("wants_auth_time", Boolean, nullable=False),
    Column("sid", String(64)),
    Column("id_token_claims", Text, nullable=False),
    Column("wrapped_key", LargeBinary),
    Column("ciphertext", LargeBinary),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("used_at", BigInteger),
    Column("token_hash", LargeBinary, unique=True),
    Column("token_expires_at", BigInteger),
    Column("token_jkt", String(64)),
)
