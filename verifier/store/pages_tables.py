"""The tables of pages: hashes of secrets, times, a counter. Nothing of what was shown."""

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, String, Table

from verifier.store.tables import metadata

PAGE_COLUMNS = (
    "request_id",
    "page_hash",
    "created_at",
    "expires_at",
    "session_hash",
    "code_shown_at",
    "attempts_left",
    "released_at",
    "way",
    "refusal",
)

presentation_page = Table(
    "verifier_presentation_page",
    metadata,
    Column("request_id", String(64), primary_key=True),
    Column("page_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("session_hash", LargeBinary),
    Column("code_shown_at", BigInteger),
    Column("attempts_left", SmallInteger, nullable=False),
    Column("released_at", BigInteger),
    Column("way", String(16)),
    Column("refusal", String(16)),
)

returned_code = Table(
    "verifier_returned_code",
    metadata,
    Column("response_code_hash", LargeBinary, primary_key=True),
    Column("browser_hash", LargeBinary, nullable=False),
    Column("returned_at", BigInteger, nullable=False, index=True),
)
