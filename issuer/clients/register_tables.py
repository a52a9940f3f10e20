"""Tables of the register, and the statements that fill them in both dialects."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, MetaData, String, Table, Text, UniqueConstraint

metadata: Final = MetaData()

RESIDENT_COLUMNS: Final = (
    "register_number",
    "subject_ref",
    "personal_administrative_number",
    "family_name",
    "given_name",
    "birthdate",
    "sex",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
    "language",
    "guardian",
    "search_name",
    "records",
)
BUSINESS_COLUMNS: Final = (
    "business_number",
    "subject_ref",
    "name_en",
    "name_fr",
    "kind",
    "status",
    "registered_on",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
    "signatories",
    "search_name",
)
CAPACITY_COLUMNS: Final = ("subject_ref", "holder", "about")

_KEPT: Final = ("register_number", "business_number", "subject_ref", "personal_administrative_number")
_NULLABLE: Final = ("given_name", "sex", "guardian", "records", "name_en", "name_fr")


def _texts(names: tuple[str, ...]) -> list[Column[str]]:
    return [Column(name, Text, nullable=name in _NULLABLE) for name in names if name not in _KEPT]


Table(
    "register_resident",
    metadata,
    Column("register_number", String(16), primary_key=True),
    Column("subject_ref", String(64), nullable=False, unique=True),
    Column("personal_administrative_number", String(64), nullable=False, unique=True),
    *_texts(RESIDENT_COLUMNS),
)
Table(
    "register_business",
    metadata,
    Column("business_number", String(16), primary_key=True),
    Column("subject_ref", String(64), nullable=False, unique=True),
    *_texts(BUSINESS_COLUMNS),
)
# Somebody (`holder`) in a capacity: guardian of a child, or on the page of a business (`about`: its number).
# Rows are never deleted: what stands today is said by the child's row and the business's row.
Table(
    "register_capacity",
    metadata,
    Column("subject_ref", String(64), primary_key=True),
    Column("holder", String(16), nullable=False),
    Column("about", String(16), nullable=False),
    UniqueConstraint("holder", "about"),
)

ADDED_COLUMNS: Final = ("records",)
"""Of `register_resident`, which older registers do not have yet."""


def _upsert(table: str, columns: tuple[str, ...], differ: str) -> str:
    changeable = [name for name in columns if name not in _KEPT]
    assign = ", ".join(f"{name} = excluded.{name}" for name in changeable)
    differs = " OR ".join(f"{table}.{name} {differ} excluded.{name}" for name in changeable)
    return f" ON CONFLICT ({columns[0]}) DO UPDATE SET {assign} WHERE {differs}"


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)})"


def _sqlite_put(table: str, columns: tuple[str, ...]) -> str:
    values = f" VALUES ({', '.join('?' * len(columns))})"
    return _insert(table, columns) + values + _upsert(table, columns, "IS NOT")


def _postgresql_put(table: str, columns: tuple[str, ...]) -> str:
    """Rows of the table and of capacities, in one statement; gives one row for each that was written."""
    places = [f"${place}::text[]" for place in range(1, len(columns) + len(CAPACITY_COLUMNS) + 1)]
    rows, capacities = places[: len(columns)], places[len(columns) :]
    return (
        f"WITH written AS ({_insert(table, columns)} SELECT * FROM unnest({', '.join(rows)})"
        f"{_upsert(table, columns, 'IS DISTINCT FROM')} RETURNING xmax = 0 AS inserted),"
        f" capacities AS ({_insert('register_capacity', CAPACITY_COLUMNS)}"
        f" SELECT * FROM unnest({', '.join(capacities)}) ON CONFLICT (holder, about) DO NOTHING)"
        " SELECT inserted FROM written"
    )


@dataclass(frozen=True, slots=True)
class Put:
    """How rows of a table get in, each new or changed or left as it is."""

    table: str
    columns: tuple[str, ...]
    """The first one is the key."""
    sqlite: str
    """For one row."""
    postgresql: str
    """For all rows, and those of `register_capacity`, column by column."""

    @classmethod
    def into(cls, table: str, columns: tuple[str, ...]) -> "Put":
        return cls(table, columns, _sqlite_put(table, columns), _postgresql_put(table, columns))


PUT_RESIDENTS: Final = Put.into("register_resident", RESIDENT_COLUMNS)
PUT_BUSINESSES: Final = Put.into("register_business", BUSINESS_COLUMNS)
PUT_CAPACITY_SQLITE: Final = (
    _insert("register_capacity", CAPACITY_COLUMNS)
    + " VALUES (?, ?, ?) ON CONFLICT (holder, about) DO NOTHING"
)
