"""The table of status lists that presentations have led to: addresses and days, nothing of anybody."""

from sqlalchemy import Column, String, Table, Text

from verifier.store.tables import metadata

COLUMNS = "uri, anchors_version, met_on"

met_list = Table(
    "verifier_met_list",
    metadata,
    Column("uri", Text, primary_key=True),
    Column("anchors_version", String(64), primary_key=True),
    # YYYY-MM-DD
    Column("met_on", String(10), nullable=False),
)
