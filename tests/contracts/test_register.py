"""What the register of residents promises, on SQLite and PostgreSQL, and asked through a ministry's API."""

import io
import secrets
from collections.abc import AsyncIterator
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from issuer.clients.register import SqlRegister, search_form
from issuer.domain.event import SubjectRef
from issuer.domain.register_file import BadReason
from issuer.domain.resident import PutCounts
from issuer.services.import_file import ImportReport
from issuer.services.import_residents import ImportResidents
from tests.simulators.ministry import asked_over_http
from trillium.runtime.database import open_database

TODAY = date(2026, 11, 22)
SHIPPED = (resources.files("issuer") / "sample_data" / "residents.csv").read_text(encoding="utf-8")


class SystemRandomness:
    """The operating system's generator."""

    def token_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)


@pytest.fixture(params=["sqlite", "postgresql", "ministry"])
async def register(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlRegister]:
    url = (
        request.getfixturevalue("postgresql_url")
        if request.param == "postgresql"
        else f"sqlite:///{tmp_path}/register.db"
    )
    database = open_database(url)
    opened = SqlRegister(database)
    await opened.create_tables()
    if request.param == "ministry":
        async with asked_over_http(opened, url) as over_http:
            yield over_http
    else:
        yield opened
    await database.close()


async def put(register: SqlRegister, text: str, *, skip_bad: bool = False) -> ImportReport:
    use_case = ImportResidents(register, SystemRandomness())
    return await use_case(io.StringIO(text, newline=""), today=TODAY, skip_bad=skip_bad)


async def ref_of(register: SqlRegister, number: str) -> SubjectRef:
    [(subject_ref, _)] = await register.search(number, limit=5)
    return subject_ref


async def test_the_shipped_register_is_imported_whole_and_again_without_duplicates(
    register: SqlRegister,
) -> None:
    count = len(SHIPPED.splitlines()) - 1
    assert count >= 200
    assert await put(register, SHIPPED) == ImportReport(PutCounts(count, 0, 0), (), refused=False)
    assert await put(register, SHIPPED) == ImportReport(PutCounts(0, 0, count), (), refused=False)
    assert len(await register.known()) == count


async def test_a_changed_row_updates_the_person_who_keeps_their_identifiers(register: SqlRegister) -> None:
    await put(register, SHIPPED)
    before_ref = await ref_of(register, "ON-1000003")
    before = await register.get(before_ref)
    report = await put(register, SHIPPED.replace("118 Spadina Ave", "9 Queen St W"))
    assert report.counts.updated == 1
    after = await register.get(await ref_of(register, "ON-1000003"))
    assert before is not None
    assert after is not None
    assert after.address.street_address == "Unit 4, 9 Queen St W"
    assert await ref_of(register, "ON-1000003") == before_ref
    assert after.personal_administrative_number == before.personal_administrative_number != ""


async def test_one_bad_row_keeps_everything_out_unless_it_may_be_skipped(register: SqlRegister) -> None:
    bad = SHIPPED.replace("1994-06-14", "1994-06-31")
    report = await put(register, bad)
    assert report.refused
    assert report.counts == PutCounts(0, 0, 0)
    assert not await register.known()
    # the child whose guardian's row is bad has no guardian then, and is reported as well
    assert [(cell.line, cell.reason) for cell in report.bad] == [
        (2, BadReason.NO_SUCH_DATE),
        (4, BadReason.UNKNOWN_GUARDIAN),
    ]
    skipped = await put(register, bad, skip_bad=True)
    assert not skipped.refused
    assert skipped.counts.imported == len(SHIPPED.splitlines()) - 3


async def test_identifiers_are_random_and_never_shared(register: SqlRegister) -> None:
    await put(register, SHIPPED)
    found = await register.search("", limit=1000)
    assert len({ref for ref, _ in found}) == len(found)
    assert len({resident.personal_administrative_number for _, resident in found}) == len(found)
    assert await register.get(SubjectRef("nobody")) is None


@pytest.mark.parametrize(
    "text", ["lecuyer", "L'ÉCUYER", "jean-françois l'écuyer", "Jeanfrancois", "on-1007922"]
)
async def test_a_person_is_found_without_accents_and_by_number(register: SqlRegister, text: str) -> None:
    await put(register, SHIPPED)
    found = await register.search(text, limit=20)
    assert "ON-1007922" in {resident.register_number for _, resident in found}


@pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1 --"])
async def test_a_search_text_is_text_and_not_a_pattern(register: SqlRegister, text: str) -> None:
    await put(register, SHIPPED)
    assert len(await register.search(text, limit=1000)) in (0, len(SHIPPED.splitlines()) - 1)
    assert not await register.search("nobody%", limit=10)


def test_other_scripts_are_searched_as_they_are() -> None:
    assert search_form("ᓯᓚ ᐊᓚᓱᐊᖅ") == "ᓯᓚ ᐊᓚᓱᐊᖅ"
    assert search_form("Straße  Élan") == "strasse elan"
