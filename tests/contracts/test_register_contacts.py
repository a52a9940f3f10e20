"""Where residents want to be written to, on SQLite and PostgreSQL."""

import io
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from issuer.clients.register_contacts import ReachableRegister
from issuer.domain.event import SubjectRef
from issuer.domain.resident import Language
from issuer.domain.transaction_code_message import Contact
from issuer.ports import ContactDirectory, ContactRegister
from issuer.services.import_residents import ImportResidents
from tests.issuer.surroundings import RepeatableRandomness
from trillium.runtime.database import open_database

FILE = """\
register_number,family_name,given_name,birthdate,sex,street_address,locality,region,postal_code,country,\
language,guardian_register_number
ON-1000003,Tremblay,Maya,1994-06-14,F,118 Spadina Ave,Toronto,ON,M5V 2K9,CA,fr,
ON-1000004,Tremblay,Ana,2016-06-14,F,118 Spadina Ave,Toronto,ON,M5V 2K9,CA,en,ON-1000003
"""
MAIL = "maya@example.org"


@pytest.fixture(params=["sqlite", "postgresql"])
async def register(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ReachableRegister]:
    kind = request.param
    url = f"sqlite:///{tmp_path}/r.db" if kind == "sqlite" else request.getfixturevalue("postgresql_url")
    database = open_database(url)
    opened = ReachableRegister(database)
    for _ in range(2):
        await opened.create_tables()
    await fill(opened)
    yield opened
    await database.close()


async def fill(register: ReachableRegister) -> None:
    use_case = ImportResidents(register, RepeatableRandomness())
    report = await use_case(io.StringIO(FILE, newline=""), today=date(2026, 11, 22), skip_bad=False)
    assert not report.refused


async def ref_of(register: ReachableRegister, number: str) -> SubjectRef:
    [(subject_ref, _)] = await register.search(number, limit=5)
    return subject_ref


async def test_an_address_is_kept_changed_and_forgotten(register: ReachableRegister) -> None:
    maya = await ref_of(register, "ON-1000003")
    assert await register.contact(maya) is None
    for address in (MAIL, "other@example.org"):
        await register.put_contact(maya, address)
        assert await register.contact(maya) == Contact(address, Language.FRENCH)
    for _ in range(2):
        await register.put_contact(maya, None)
        assert await register.contact(maya) is None


async def test_the_guardian_reads_for_the_child_whose_card_they_hold(register: ReachableRegister) -> None:
    maya, child = [await ref_of(register, number) for number in ("ON-1000003", "ON-1000004")]
    [held] = [
        one.subject_ref for one in await register.holdings(maya) if one.subject_ref not in (maya, child)
    ]
    await register.put_contact(maya, MAIL)
    assert await register.contact(held) == Contact(MAIL, Language.FRENCH)
    assert await register.contact(child) is None


async def test_of_a_stranger_nothing_is_kept(register: ReachableRegister) -> None:
    await register.put_contact(SubjectRef("nobody"), MAIL)
    assert await register.contact(SubjectRef("nobody")) is None
    assert await register.contact(await ref_of(register, "ON-1000003")) is None


async def test_an_import_leaves_it_alone(register: ReachableRegister) -> None:
    maya = await ref_of(register, "ON-1000003")
    await register.put_contact(maya, MAIL)
    await fill(register)
    assert await register.contact(maya) == Contact(MAIL, Language.FRENCH)


def test_the_register_is_found_to_have_addresses(tmp_path: Path) -> None:
    register = ReachableRegister(open_database(f"sqlite:///{tmp_path}/r.db"))
    assert isinstance(register, ContactDirectory)
    assert isinstance(register, ContactRegister)
