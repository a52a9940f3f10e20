"""Businesses, and what a person may hold credentials about, over the management API."""

from collections.abc import AsyncIterator
from importlib import resources
from typing import Any

import pytest
import pytest_asyncio

from issuer.domain.business_file import BUSINESS_COLUMNS
from tests.issuer.web.answers import problem
from tests.issuer.web.running_issuer import RunningIssuer, running_issuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLDER = resources.files("issuer") / "sample_data"
CSV = {"Content-Type": "text/csv"}
IMPORT = "/businesses/import"
MAYA, ARJUN, JEAN_FRANCOIS = "ON-1000003", "ON-1015841", "ON-1007922"


def line(number: int, signatories: str = f"{MAYA} director alone", name: str = "Acme") -> str:
    return f"BR-{number:09d},{name},,corporation,active,2001-02-03,1 St,Ottawa,ON,K1A 0B1,CA,{signatories}"


def lines(*rows: str) -> str:
    return "\n".join((",".join(BUSINESS_COLUMNS), *rows)) + "\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    async with running_issuer(tmp_path_factory.mktemp("issuer")) as running:
        for register in ("residents", "businesses"):
            text = (FOLDER / f"{register}.csv").read_bytes()
            answer = await running.manage("POST", f"/{register}/import", content=text, headers=CSV)
            assert (answer.status_code, answer.json()["bad"]) == (200, [])
        yield running


async def put(issuer: RunningIssuer, *rows: str, query: str = "") -> tuple[int, dict[str, Any]]:
    content = lines(*rows).encode("utf-8", "surrogateescape")
    answer = await issuer.manage("POST", IMPORT + query, content=content, headers=CSV)
    return answer.status_code, answer.json()


async def holdings(issuer: RunningIssuer, number: str) -> list[dict[str, Any]]:
    answer = await issuer.manage(
        "POST", "/holdings/search", json={"subject_ref": await issuer.subject_ref(number)}
    )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return list(answer.json()["holdings"])


@pytest.mark.parametrize("text", ["epi dore", "ÉPI DORÉ", "BR-100303247", "br-100303247"])
async def test_a_business_is_found_by_name_and_number(issuer: RunningIssuer, text: str) -> None:
    answer = await issuer.manage("POST", "/businesses/search", json={"text": text})
    [found] = answer.json()["businesses"]
    assert len(found.pop("subject_ref")) == 22
    assert found == {
        "business_number": "BR-100303247",
        "name_en": None,
        "name_fr": "Boulangerie L’Épi doré inc.",
        "status": "active",
        "locality": "Sudbury",
    }


async def test_no_more_than_twenty_are_shown(issuer: RunningIssuer) -> None:
    answer = await issuer.manage("POST", "/businesses/search", json={"text": "e"})
    assert len(answer.json()["businesses"]) == 20


async def test_what_a_person_may_hold_credentials_about(issuer: RunningIssuer) -> None:
    found = await holdings(issuer, MAYA)
    told = [(one["kind"], one["name"], one["in_force"]) for one in found]
    assert told[:2] == [
        ("person", "Maya Élise Tremblay-O'Connor", True),
        ("child", "Arjun Singh", True),
    ]
    assert ("business", "Maple Loop Bakery Ltd.", True) in told
    assert ("signing_authority", "Maya Élise Tremblay-O'Connor, Maple Loop Bakery Ltd.", True) in told
    assert len({one["subject_ref"] for one in found}) == len(found)
    assert [one["kind"] for one in await holdings(issuer, ARJUN)] == ["person"]


async def test_a_capacity_that_does_not_stand_is_shown_as_such(issuer: RunningIssuer) -> None:
    over = line(900000001, name="Over").replace("active", "dissolved")
    await put(issuer, over, line(900000002, f"{MAYA} officer none", name="Silent"))
    told = {one["name"]: one["in_force"] for one in await holdings(issuer, MAYA)}
    assert {name: in_force for name, in_force in told.items() if "Over" in name or "Silent" in name} == {
        "Over": False,
        "Maya Élise Tremblay-O'Connor, Over": False,
        "Silent": True,
        "Maya Élise Tremblay-O'Connor, Silent": False,
    }


async def test_nobody_holds_nothing(issuer: RunningIssuer) -> None:
    answer = await issuer.manage("POST", "/holdings/search", json={"subject_ref": "nobody"})
    assert problem(answer) == (404, "unknown_subject")


async def test_an_offer_is_for_what_its_type_is_about(issuer: RunningIssuer) -> None:
    refs = {one["kind"]: one["subject_ref"] for one in await holdings(issuer, JEAN_FRANCOIS)}
    fitting = {
        "person": "photo-card",
        "business": "business-registration",
        "signing_authority": "business-authority",
    }
    for kind, ref in refs.items():
        for name in fitting.values():
            request = {"subject_ref": ref, "credential_configuration_ids": [name]}
            answer = await issuer.manage("POST", "/offers", json=request)
            if fitting[kind] == name:
                assert answer.status_code == 201
            else:
                assert problem(answer) == (400, "credential_request_denied")


async def test_an_import_says_what_it_did_and_does_it_once(issuer: RunningIssuer) -> None:
    first = (line(800000001), line(800000002))
    counts = []
    for batch in (first, first, (line(800000001, f"{JEAN_FRANCOIS} owner alone"), first[1])):
        status, body = await put(issuer, *batch)
        assert status == 200
        counts.append((body["imported"], body["updated"], body["unchanged"], body["bad"]))
    assert counts == [(2, 0, 0, []), (0, 0, 2, []), (0, 1, 1, [])]


async def test_a_bad_row_keeps_everything_out_and_is_reported_without_its_values(
    issuer: RunningIssuer,
) -> None:
    bad = (
        line(700000001, name="Verborgen"),
        line(700000002, "ON-9999999 director alone"),
        line(700000001, "ON-1000003 king alone"),
    )
    status, body = await put(issuer, *bad)
    assert status == 422
    assert (body["imported"], body["updated"], body["unchanged"]) == (0, 0, 0)
    assert [(cell["line"], cell["column"], cell["reason_code"]) for cell in body["bad"]] == [
        (3, "signatories", "unknown_person"),
        (4, "business_number", "duplicate_register_number"),
        (4, "signatories", "unknown_value"),
    ]
    assert all(cell["reason"] for cell in body["bad"])
    assert not {"Verborgen", "9999999", "king"} & set(str(body).replace("'", " ").split())
    answer = await issuer.manage("POST", "/businesses/search", json={"text": "Verborgen"})
    assert answer.json() == {"businesses": []}
    status, body = await put(issuer, *bad, query="?skip_bad=true")
    assert (status, body["imported"], len(body["bad"])) == (200, 1, 3)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 not a text at all", "missing_column"),
        (lines().encode() + b'"BR-1,', "broken_quoting"),
        (lines(line(1, name="\udcff")).encode("utf-8", "surrogateescape"), "not_utf8"),
        (lines("a,b").encode(), "wrong_number_of_cells"),
    ],
)
async def test_a_file_that_is_no_register(issuer: RunningIssuer, content: bytes, code: str) -> None:
    answer = await issuer.manage("POST", IMPORT, content=content, headers=CSV)
    assert answer.status_code == 422, answer.text
    assert code in {cell["reason_code"] for cell in answer.json()["bad"]}


async def test_an_import_of_another_type_or_size_is_refused(issuer: RunningIssuer) -> None:
    other = await issuer.manage("POST", IMPORT, content=lines(), headers={"Content-Type": "text/plain"})
    assert problem(other) == (415, "invalid_request")
    large = CSV | {"Content-Length": str(64 * 1024 * 1024 + 1)}
    assert problem(await issuer.manage("POST", IMPORT, content=b"x", headers=large)) == (
        413,
        "invalid_request",
    )


@pytest.mark.parametrize("text", ["", "x" * 201, 7, None, "a\x00b"])
async def test_a_search_text_that_cannot_be_one(issuer: RunningIssuer, text: Any) -> None:
    answer = await issuer.manage("POST", "/businesses/search", json={"text": text})
    assert problem(answer) == (400, "invalid_request")
