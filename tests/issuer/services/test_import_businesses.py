"""Filling the register of businesses: like that of residents, whom it has to know already."""

from datetime import date

from issuer.domain.bad_cells import BadReason
from issuer.domain.business_file import BUSINESS_COLUMNS
from issuer.domain.event import SubjectRef
from issuer.services.import_businesses import ImportBusinesses
from issuer.services.import_residents import ImportReport
from tests.issuer.surroundings import RegisterInMemory, RepeatableRandomness, resident

TODAY = date(2026, 11, 22)
HEADER = ",".join(BUSINESS_COLUMNS) + "\n"


def line(number: int, signatories: str = "ON-0000001 director alone", kind: str = "corporation") -> str:
    return f"BR-{number:09d},Acme,,{kind},active,2001-02-03,1 St,Ottawa,ON,K1A 0B1,CA,{signatories}\n"


def register() -> RegisterInMemory:
    return RegisterInMemory({SubjectRef("maya"): resident()})


async def put(where: RegisterInMemory, *lines: str, skip_bad: bool = False) -> ImportReport:
    use_case = ImportBusinesses(where, RepeatableRandomness())
    return await use_case([HEADER, *lines], today=TODAY, skip_bad=skip_bad)


async def test_every_bad_cell_of_the_file_is_reported_in_the_order_of_its_lines() -> None:
    where = register()
    report = await put(where, line(1, "ON-0000009 director alone"), line(2, kind="?"), line(3), line(3))

    assert report.refused
    assert [(cell.line, cell.column, cell.reason) for cell in report.bad] == [
        (2, "signatories", BadReason.UNKNOWN_PERSON),
        (3, "kind", BadReason.UNKNOWN_VALUE),
        (5, "business_number", BadReason.DUPLICATE_REGISTER_NUMBER),
    ]
    assert not where.businesses


async def test_of_a_file_with_bad_rows_the_good_ones_go_in_when_that_is_wanted() -> None:
    where = register()
    report = await put(where, line(1, "ON-0000009 director alone"), line(2), line(3, kind="?"), skip_bad=True)

    assert (report.counts.imported, report.refused, len(report.bad)) == (1, False, 2)
    assert await where.known_businesses() == {"BR-000000002"}


async def test_references_are_drawn_for_each_business_and_tell_nothing() -> None:
    where = register()
    await put(where, *(line(number) for number in range(50)))

    assert len(where.businesses) == 50
    assert all(len(ref) == 22 and "BR" not in ref for ref in where.businesses)


async def test_the_number_of_rows_read_is_told() -> None:
    counted: list[int] = []
    use_case = ImportBusinesses(register(), RepeatableRandomness())
    await use_case([HEADER, line(1), line(2)], today=TODAY, skip_bad=False, progress=counted.append)
    assert counted == [1, 2]
