"""Proofs that were accepted: hashes of key and ``jti`` only, so nothing can be told from a row."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from issuer.store.tables import metadata

replay = Table(
    "issuer_replay",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),
)
