"""The management API is closed to everybody without its token, route by route."""

import re
from collections.abc import Callable

import pytest

from tests.issuer.web.answers import problem
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROUTES = (
    ("POST", "/offers"),
    ("GET", "/offers"),
    ("GET", "/offers/some-offer"),
    ("DELETE", "/offers/some-offer"),
    ("POST", "/residents/search"),
    ("POST", "/residents/import"),
    ("PUT", "/residents/{subject_ref}/contact"),
    ("POST", "/businesses/search"),
    ("POST", "/businesses/import"),
    ("POST", "/holdings/search"),
    ("GET", "/credentials?subject_ref=somebody"),
    ("POST", "/status-changes"),
    ("GET", "/deferrals"),
    ("GET", "/deferrals/some-deferral"),
    ("POST", "/deferrals/some-deferral/approve"),
    ("POST", "/deferrals/some-deferral/deny"),
)
CREDENTIALS: dict[str, Callable[[str], dict[str, str]]] = {
    "none": lambda _token: {},
    "empty": lambda _token: {"Authorization": ""},
    "wrong-token": lambda token: {"Authorization": f"Bearer {token[:-1]}{'A' if token[-1] != 'A' else 'B'}"},
    "longer-token": lambda token: {"Authorization": f"Bearer {token}A"},
    "shorter-token": lambda token: {"Authorization": f"Bearer {token[:-1]}"},
    "other-scheme": lambda token: {"Authorization": f"Basic {token}"},
    "no-scheme": lambda token: {"Authorization": token},
    "cookie": lambda token: {"Cookie": f"management={token}"},
    "hash-of-the-token": lambda _token: {"Authorization": "Bearer hash"},
}


def token_of(issuer: RunningIssuer) -> str:
    return issuer.management["Authorization"].removeprefix("Bearer ")


async def test_the_list_of_routes_here_is_complete(issuer: RunningIssuer) -> None:
    described = (await issuer.client.get(f"{ISSUER}/openapi.json")).json()["paths"]
    published = {
        (method.upper(), path)
        for path, operations in described.items()
        if path.startswith("/management")
        for method in operations
    }
    tested = {
        (method, "/management" + re.sub("some-([a-z]+)", r"{\1_id}", path.partition("?")[0]))
        for method, path in ROUTES
    }
    assert tested == published


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("kind", CREDENTIALS)
async def test_no_route_answers_without_the_token(
    issuer: RunningIssuer, method: str, path: str, kind: str
) -> None:
    headers = CREDENTIALS[kind](token_of(issuer))
    if kind == "hash-of-the-token":
        known = (issuer.folder / "management.hash").read_text().strip()
        headers = {"Authorization": f"Bearer {known}"}
    before = issuer.rows()
    answer = await issuer.client.request(method, f"{ISSUER}/management{path}", headers=headers, json={})
    assert problem(answer) == (401, "not_authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert issuer.rows() == before


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_stranger_learns_nothing_from_what_is_sent(
    issuer: RunningIssuer, method: str, path: str
) -> None:
    """Good or bad, the request gets the same answer: it is not looked at."""
    requests = [
        {"json": {}},
        {"json": {"text": "Tremblay"}},
        {"content": b"\xff{"},
        {"content": b"x" * 60_000},
    ]
    answers = set()
    for request in requests:
        answer = await issuer.client.request(method, f"{ISSUER}/management{path}", **request)  # type: ignore[arg-type]  # mixed
        body = answer.json()
        body.pop("request_id")
        answers.add(str(body))
    assert len(answers) == 1


async def test_a_token_in_the_query_is_no_token(issuer: RunningIssuer) -> None:
    token = token_of(issuer)
    for name in ("access_token", "token"):
        answer = await issuer.client.get(
            f"{ISSUER}/management/credentials", params={"subject_ref": "a", name: token}
        )
        assert problem(answer) == (401, "not_authenticated")


async def test_an_access_token_of_a_wallet_opens_nothing_here(issuer: RunningIssuer) -> None:
    headers = {"Authorization": f"Bearer {await issuer.access_token()}"}
    answer = await issuer.client.post(f"{ISSUER}/management/offers", headers=headers, json={})
    assert problem(answer) == (401, "not_authenticated")


async def test_what_is_not_there_is_not_found_in_the_form_of_this_api(issuer: RunningIssuer) -> None:
    assert problem(await issuer.manage("GET", "/nothing")) == (404, "not_found")
    assert problem(await issuer.manage("PUT", "/offers")) == (405, "method_not_allowed")
