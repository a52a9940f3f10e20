"""Searching and filling the register over the management API."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.issuer.web.answers import problem
from tests.issuer.web.running_issuer import HEADER, MAYA, RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

IMPORT = "/residents/import"
CSV = {"Content-Type": "text/csv"}


def line(number: int, family_name: str = "Importé", birthdate: str = "1980-01-01") -> str:
    return f"ON-{number:07d},{family_name},Ana,{birthdate},F,1 Main St,Ottawa,ON,K1A 0B1,CA,fr,"


def residents(issuer: RunningIssuer) -> int:
    with closing(sqlite3.connect(f"file:{issuer.folder}/register.db?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM register_resident").fetchone()[0])


async def test_who_is_found_is_shown_with_enough_to_pick_the_right_one(issuer: RunningIssuer) -> None:
    answer = await issuer.manage("POST", "/residents/search", json={"text": "tremblay"})
    [found] = answer.json()["residents"]
    assert len(found.pop("subject_ref")) == 22
    assert found == {"register_number": "ON-1000003", "name": "Maya Tremblay", "birthdate": "1994-06-14"}
    assert answer.headers["cache-control"] == "no-store"
    nobody = await issuer.manage("POST", "/residents/search", json={"text": "nobody at all"})
    assert nobody.json() == {"residents": []}


async def test_no_more_than_twenty_are_shown(issuer: RunningIssuer) -> None:
    await issuer.import_residents(*(line(number, "Vingt") for number in range(2_000_000, 2_000_030)))
    answer = await issuer.manage("POST", "/residents/search", json={"text": "vingt"})
    assert len(answer.json()["residents"]) == 20


@pytest.mark.parametrize("text", ["", "x" * 201, 7, None, ["a"], "a\x00b", "\n"])
async def test_a_search_text_that_cannot_be_one(issuer: RunningIssuer, text: Any) -> None:
    answer = await issuer.manage("POST", "/residents/search", json={"text": text})
    assert problem(answer) == (400, "invalid_request")
    assert "x" * 10 not in answer.text


async def test_an_import_says_what_it_did_and_does_it_once(issuer: RunningIssuer) -> None:
    lines = (line(3_000_001), line(3_000_002))
    counts = []
    for batch in (lines, lines, (line(3_000_001, "Renommée"), lines[1])):
        answer = await issuer.import_residents(*batch)
        assert answer.status_code == 200
        body = answer.json()
        counts.append((body["imported"], body["updated"], body["unchanged"], body["bad"]))
    assert counts == [(2, 0, 0, []), (0, 0, 2, []), (0, 1, 1, [])]


async def test_a_bad_row_keeps_everything_out_and_is_reported_without_its_values(
    issuer: RunningIssuer,
) -> None:
    before = residents(issuer)
    bad = (line(4_000_001), line(4_000_002, birthdate="1980-02-30"), line(4_000_001, "Zwilling"))
    answer = await issuer.import_residents(*bad)
    assert answer.status_code == 422
    body = answer.json()
    assert (body["imported"], body["updated"], body["unchanged"]) == (0, 0, 0)
    assert [(cell["line"], cell["column"], cell["reason_code"]) for cell in body["bad"]] == [
        (3, "birthdate", "no_such_date"),
        (4, "register_number", "duplicate_register_number"),
    ]
    assert all(cell["reason"] for cell in body["bad"])
    for value in ("1980-02-30", "Zwilling", "4000001"):
        assert value not in answer.text
    assert residents(issuer) == before


async def test_bad_rows_are_skipped_when_that_is_asked_for(issuer: RunningIssuer) -> None:
    before = residents(issuer)
    content = "\n".join((HEADER, line(5_000_001), line(5_000_002, birthdate="soon"), line(5_000_003)))
    answer = await issuer.manage("POST", f"{IMPORT}?skip_bad=true", content=content, headers=CSV)
    assert (answer.status_code, answer.json()["imported"], len(answer.json()["bad"])) == (200, 2, 1)
    assert residents(issuer) == before + 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n", "missing_column"),
        (HEADER.replace("birthdate", "born").encode(), "missing_column"),
        (f"{HEADER},{HEADER}".encode(), "duplicate_column"),
        (HEADER.encode() + b'\n"ON-1,', "broken_quoting"),
        (HEADER.encode() + b"\nON-6000001,\xff,A,1980-01-01,F,1 St,O,ON,K1A 0B1,CA,fr,", "not_utf8"),
        (HEADER.encode() + b"\na,b", "wrong_number_of_cells"),
        (b"\x00\x01\x02", "missing_column"),
        (b"PK\x03\x04 not a text at all", "missing_column"),
    ],
)
async def test_a_file_that_is_no_register(issuer: RunningIssuer, content: bytes, code: str) -> None:
    before = residents(issuer)
    answer = await issuer.manage("POST", IMPORT, content=content, headers=CSV)
    assert answer.status_code == 422, answer.text
    assert code in {cell["reason_code"] for cell in answer.json()["bad"]}
    assert residents(issuer) == before


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "", "text/plain"]
)
async def test_an_import_of_another_type_is_refused(issuer: RunningIssuer, content_type: str) -> None:
    content = f"{HEADER}\n{MAYA}\n"
    answer = await issuer.manage("POST", IMPORT, content=content, headers={"Content-Type": content_type})
    assert problem(answer) == (415, "invalid_request")


async def test_the_charset_of_a_csv_makes_no_difference_nor_does_a_byte_order_mark(
    issuer: RunningIssuer,
) -> None:
    content = f"\ufeff{HEADER}\r\n{line(7_000_001)}\r\n".encode()
    answer = await issuer.manage(
        "POST", IMPORT, content=content, headers={"Content-Type": "text/csv; charset=utf-8"}
    )
    assert (answer.status_code, answer.json()["imported"]) == (200, 1)


async def test_a_file_over_the_limit_is_not_read(issuer: RunningIssuer) -> None:
    before = residents(issuer)
    headers = CSV | {"Content-Length": str(64 * 1024 * 1024 + 1)}
    answer = await issuer.manage("POST", IMPORT, content=b"x", headers=headers)
    assert problem(answer) == (413, "invalid_request")
    assert residents(issuer) == before


async def test_a_large_file_goes_in_whole(issuer: RunningIssuer) -> None:
    before = residents(issuer)
    answer = await issuer.import_residents(*(line(8_000_000 + number) for number in range(5_000)))
    assert (answer.status_code, answer.json()["imported"]) == (200, 5_000)
    assert residents(issuer) == before + 5_000
