"""Assertions and proofs that were accepted: hashes only, so nothing can be told from a row."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from verifier.store.tables import metadata

replay = Table(
    "verifier_openid_replay",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),
)
