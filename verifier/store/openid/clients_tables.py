"""The table of OpenID clients, beside that of relying services. Secrets stand here as hashes only."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, text

from verifier.store.tables import metadata

CLIENT_COLUMNS = (
    "client_id",
    "redirect_uris",
    "post_logout_redirect_uris",
    "auth_method",
    "openid_secret_hash",
    "openid_previous_hash",
    "openid_previous_until",
    "jwks",
    "jwks_uri",
    "id_token_alg",
    "require_pkce",
    "sector",
    "sector_identifier_uri",
    "subject_mode",
    "reauthentication_ms",
    "default_preset",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "purposes",
    "needs",
    "contacts",
    "approval",
    "reviewed_at",
    "refusal",
    "registration_token_hash",
    "registered_at",
    "openid_version",
)
"""None but the id is called as one of the relying service, so that a joined row has each of them once."""

_UNREVIEWED = text("reviewed_at IS NULL")

openid_client = Table(
    "verifier_openid_client",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("redirect_uris", Text, nullable=False),
    Column("post_logout_redirect_uris", Text, nullable=False),
    Column("auth_method", String(32), nullable=False),
    Column("openid_secret_hash", LargeBinary),
    Column("openid_previous_hash", LargeBinary),
    Column("openid_previous_until", BigInteger),
    Column("jwks", Text, nullable=False),
    Column("jwks_uri", Text),
    Column("id_token_alg", String(16), nullable=False),
    Column("require_pkce", Boolean, nullable=False),
    Column("sector", Text, nullable=False),
    Column("sector_identifier_uri", Text),
    Column("subject_mode", String(16), nullable=False),
    Column("reauthentication_ms", BigInteger, nullable=False),
    Column("default_preset", String(64)),
    Column("backchannel_logout_uri", Text),
    Column("backchannel_logout_session_required", Boolean, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("needs", Text, nullable=False),
    Column("contacts", Text, nullable=False),
    Column("approval", String(16), nullable=False),
    Column("reviewed_at", BigInteger),
    Column("refusal", Text),
    Column("registration_token_hash", LargeBinary),
    Column("registered_at", BigInteger, nullable=False),
    Column("openid_version", Integer, nullable=False),
    Index(
        "verifier_openid_client_unreviewed",
        "registered_at",
        sqlite_where=_UNREVIEWED,
        postgresql_where=_UNREVIEWED,
    ),
)
