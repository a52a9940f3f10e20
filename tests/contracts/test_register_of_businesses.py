"""What the register promises about businesses and about people in a capacity: on SQLite and PostgreSQL, and
asked through a ministry's API."""

import io
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest

from issuer.clients.register import SqlRegister
from issuer.domain.bad_cells import BadReason
from issuer.domain.business import Business
from issuer.domain.event import SubjectRef
from issuer.domain.resident import PutCounts, Resident
from issuer.domain.subject import Guardianship, SigningAuthority
from issuer.services.import_businesses import ImportBusinesses
from issuer.services.import_file import ImportReport
from issuer.services.import_residents import ImportResidents
from tests.contracts.test_register import TODAY, SystemRandomness
from tests.simulators.ministry import asked_over_http
from trillium.runtime.database import open_database

FOLDER = resources.files("issuer") / "sample_data"
RESIDENTS = (FOLDER / "residents.csv").read_text(encoding="utf-8")
BUSINESSES = (FOLDER / "businesses.csv").read_text(encoding="utf-8")
MAYA, ARJUN, JEAN = "ON-1000003", "ON-1015841", "ON-1007922"
ONE = (
    "business_number,name_en,name_fr,kind,status,registered_on,street_address,locality,region,postal_code,"
    "country,signatories\n"
    "BR-100000001,Acme Ltd.,,corporation,active,2001-02-03,1 Main St,Ottawa,ON,K1A 0B1,CA,"
)


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
    await put_residents(opened, RESIDENTS)
    if request.param == "ministry":
        async with asked_over_http(opened, url) as over_http:
            yield over_http
    else:
        yield opened
    await database.close()


async def put_residents(register: SqlRegister, text: str) -> ImportReport:
    use_case = ImportResidents(register, SystemRandomness())
    return await use_case(io.StringIO(text, newline=""), today=TODAY, skip_bad=False)


async def put(register: SqlRegister, text: str) -> ImportReport:
    use_case = ImportBusinesses(register, SystemRandomness())
    return await use_case(io.StringIO(text, newline=""), today=TODAY, skip_bad=False)


async def ref_of(register: SqlRegister, number: str) -> SubjectRef:
    [(subject_ref, _)] = await register.search(number, limit=5)
    return subject_ref


async def test_the_shipped_businesses_are_imported_whole_and_again_without_duplicates(
    register: SqlRegister,
) -> None:
    count = len(BUSINESSES.splitlines()) - 1
    assert count >= 30
    assert await put(register, BUSINESSES) == ImportReport(PutCounts(count, 0, 0), (), refused=False)
    assert await put(register, BUSINESSES) == ImportReport(PutCounts(0, 0, count), (), refused=False)
    assert len(await register.known_businesses()) == count


async def test_a_resident_comes_back_with_everything_that_is_on_file(register: SqlRegister) -> None:
    [(_, maya)] = await register.search(MAYA, limit=5)
    assert maya.birth is not None
    assert maya.licence is not None
    assert maya.health is not None
    assert maya.licence.classes


async def test_somebody_on_the_page_of_a_business_holds_both_their_capacity_and_the_business(
    register: SqlRegister,
) -> None:
    await put(register, f"{ONE}{MAYA} director alone; {JEAN} officer jointly\n")
    maya, _child, acme, authority = await register.holdings(await ref_of(register, MAYA))
    assert isinstance(maya.subject, Resident)
    assert isinstance(acme.subject, Business)
    assert isinstance(authority.subject, SigningAuthority)
    assert authority.subject.person == maya.subject
    assert authority.subject.business == acme.subject
    assert authority.subject.signatory.signing == "alone"
    assert len({maya.subject_ref, acme.subject_ref, authority.subject_ref}) == 3
    for one in (maya, acme, authority):
        assert await register.subject(one.subject_ref) == one.subject


async def test_a_capacity_ends_with_the_page_and_comes_back_with_its_reference(register: SqlRegister) -> None:
    """Its credentials can so be found and revoked as long as anybody wants."""
    with_maya = f"{ONE}{MAYA} director alone\n"
    await put(register, with_maya)
    *before, _acme, authority = await register.holdings(await ref_of(register, MAYA))
    report = await put(register, f"{ONE}{JEAN} director alone\n")
    assert report.counts == PutCounts(0, 1, 0)
    assert await register.subject(authority.subject_ref) is None
    assert await register.holdings(await ref_of(register, MAYA)) == before
    await put(register, with_maya)
    assert (await register.holdings(await ref_of(register, MAYA)))[-1] == authority


async def test_8_a_guardian_holds_what_is_about_the_child(register: SqlRegister) -> None:
    held = [
        one
        for one in await register.holdings(await ref_of(register, MAYA))
        if isinstance(one.subject, Guardianship)
    ]
    assert ARJUN in {
        one.subject.child.register_number for one in held if isinstance(one.subject, Guardianship)
    }
    for one in held:
        assert isinstance(one.subject, Guardianship)
        assert one.subject.guardian.register_number == MAYA
        assert await register.subject(one.subject_ref) == one.subject
        assert one.subject_ref != await ref_of(register, one.subject.child.register_number)


async def test_another_guardian_gets_another_reference_and_the_first_one_loses_theirs(
    register: SqlRegister,
) -> None:
    def guardianships(holdings: object) -> list[SubjectRef]:
        return [
            one.subject_ref
            for one in holdings  # type: ignore[attr-defined]
            if isinstance(one.subject, Guardianship) and one.subject.child.register_number == ARJUN
        ]

    [before] = guardianships(await register.holdings(await ref_of(register, MAYA)))
    head, _, rest = RESIDENTS.partition(f"{ARJUN},")
    changed = f"{head}{ARJUN},{rest.replace(MAYA, JEAN, 1)}"
    assert (await put_residents(register, changed)).counts.updated == 1
    assert await register.subject(before) is None
    assert guardianships(await register.holdings(await ref_of(register, MAYA))) == []
    [after] = guardianships(await register.holdings(await ref_of(register, JEAN)))
    assert after != before


@pytest.mark.parametrize("text", ["acme", "ACME LTD", "br-100000001"])
async def test_a_business_is_found_by_name_and_by_number(register: SqlRegister, text: str) -> None:
    await put(register, f"{ONE}\n")
    [(subject_ref, business)] = await register.search_businesses(text, limit=20)
    assert business.number == "BR-100000001"
    assert await register.subject(subject_ref) == business


async def test_a_business_is_found_by_its_french_name_without_accents(register: SqlRegister) -> None:
    await put(register, ONE.replace("Acme Ltd.,", "Acme Ltd.,Boulangerie L'Épi doré inc.") + "\n")
    [(_, business)] = await register.search_businesses("l'epi dore", limit=20)
    assert business.name_fr == "Boulangerie L'Épi doré inc."


async def test_a_business_that_names_a_stranger_is_refused(register: SqlRegister) -> None:
    report = await put(register, f"{ONE}ON-9999999 director alone\n")
    assert report.refused
    assert [(one.line, one.column, one.reason) for one in report.bad] == [
        (2, "signatories", BadReason.UNKNOWN_PERSON)
    ]
    assert not await register.known_businesses()


async def test_nobody_holds_anything_by_a_reference_that_is_none(register: SqlRegister) -> None:
    assert await register.subject(SubjectRef("nobody")) is None
    assert await register.holdings(SubjectRef("nobody")) == []


async def test_a_register_from_before_gets_its_new_column(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    database = open_database(f"sqlite:///{path}")
    await SqlRegister(database).create_tables()
    await database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE register_resident DROP COLUMN records")
        connection.commit()
    database = open_database(f"sqlite:///{path}")
    register = SqlRegister(database)
    await register.create_tables()
    await register.create_tables()
    assert (await put_residents(register, RESIDENTS)).counts.imported == len(RESIDENTS.splitlines()) - 1
    await database.close()
