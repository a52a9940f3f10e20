"""Filling the register: all or nothing, everything reported, and nobody waits for it.

What the register does with the rows is under ``tests/contracts/test_register.py``.
"""

import threading
from datetime import date

import pytest

from issuer.domain.register_file import COLUMNS, BadReason
from issuer.domain.resident import RegisterNumber
from issuer.services.import_residents import ImportReport, ImportResidents
from tests.issuer.surroundings import RegisterInMemory, RepeatableRandomness

TODAY = date(2026, 11, 22)


def line(number: int, birthdate: str = "1980-01-01", guardian: str = "") -> str:
    return f"ON-{number:07d},Roy,Ana,{birthdate},F,1 St,Ottawa,ON,K1A 0B1,CA,fr,{guardian}\n"


async def put(register: RegisterInMemory, *lines: str, skip_bad: bool = False) -> ImportReport:
    use_case = ImportResidents(register, RepeatableRandomness())
    return await use_case([",".join(COLUMNS) + "\n", *lines], today=TODAY, skip_bad=skip_bad)


async def test_every_bad_cell_of_the_file_is_reported_in_the_order_of_its_lines() -> None:
    register = RegisterInMemory()
    report = await put(register, line(1, guardian="ON-0000009"), line(2, "1980-02-30"), line(1))
    assert report.refused
    assert [(cell.line, cell.reason) for cell in report.bad] == [
        (2, BadReason.UNKNOWN_GUARDIAN),
        (3, BadReason.NO_SUCH_DATE),
        (4, BadReason.DUPLICATE_REGISTER_NUMBER),
    ]
    assert not register.residents


async def test_of_a_file_with_bad_rows_the_good_ones_go_in_when_that_is_wanted() -> None:
    register = RegisterInMemory()
    report = await put(register, line(1, guardian="ON-0000009"), line(2), line(3, "x"), skip_bad=True)
    assert (report.counts.imported, report.refused, len(report.bad)) == (1, False, 2)
    assert await register.known() == {RegisterNumber("ON-0000002")}


async def test_a_guardian_may_be_in_the_register_already_or_in_the_file() -> None:
    register = RegisterInMemory()
    await put(register, line(9))
    report = await put(register, line(1, guardian="ON-0000009"), line(2, guardian="ON-0000003"), line(3))
    assert (report.bad, report.counts.imported) == ((), 3)


async def test_identifiers_are_drawn_for_each_person_and_tell_nothing() -> None:
    register = RegisterInMemory()
    await put(register, *(line(number) for number in range(50)))
    numbers = {one.personal_administrative_number for one in register.residents.values()}
    assert len(numbers) == len(register.residents) == 50
    for subject_ref, one in register.residents.items():
        assert len(subject_ref) == len(one.personal_administrative_number) == 22
        assert one.register_number[3:] not in subject_ref + one.personal_administrative_number


@pytest.mark.parametrize("skip_bad", [True, False])
async def test_the_file_is_read_beside_the_event_loop_so_that_wallets_are_served(skip_bad: bool) -> None:
    threads: set[int] = set()
    counted: list[int] = []

    def progress(count: int) -> None:
        threads.add(threading.get_ident())
        counted.append(count)

    use_case = ImportResidents(RegisterInMemory(), RepeatableRandomness())
    lines = [",".join(COLUMNS) + "\n", *(line(number) for number in range(20))]
    await use_case(lines, today=TODAY, skip_bad=skip_bad, progress=progress)
    assert counted == list(range(1, 21))
    assert threading.get_ident() not in threads
