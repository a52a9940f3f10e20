"""What callers are told: by kind of caller, in their language, and nothing about what we do not know."""

from collections.abc import AsyncIterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated

import httpx
import orjson
import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse
from structlog.testing import capture_logs

import trillium.runtime
from specs.errors import ProtocolError
from tests.trillium.runtime.asgi_client import client_of, http_scope, send_raw
from trillium.runtime.answers import find_answer
from trillium.runtime.database import DatabaseUnavailable
from trillium.runtime.errors import (
    Answer,
    CallerKind,
    ErrorBoundary,
    answer_for,
    install_error_handlers,
    kinds_by_prefix,
    render_oauth,
)
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.refusals import RUNTIME_ANSWERS, TooManyRequests

PLANTED = "planted-value-4711"


class UnknownOffer(ProtocolError):
    code = "unknown_offer"
    text = "There is no such offer."
    section = "OpenID4VCI section 4.1.3"


class UsedOffer(UnknownOffer):
    pass


class InvalidToken(ProtocolError):
    code = "invalid_token"
    text = "The access token is not valid."


class UseDpopNonce(ProtocolError):
    code = "use_dpop_nonce"
    text = "A nonce is needed."

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce = nonce


class Forgotten(ProtocolError):
    """Has no entry in the table."""


ANSWERS = {
    UnknownOffer: answer_for(UnknownOffer, 404, "Cette offre n'existe pas."),
    InvalidToken: answer_for(InvalidToken, 401, "Le jeton n'est pas valide."),
    UseDpopNonce: lambda error: answer_for(UseDpopNonce, 400, headers={"DPoP-Nonce": error.nonce}),
}
RAISED = {
    "unknown": UnknownOffer(f"hash of the code {PLANTED}"),
    "used": UsedOffer(),
    "token": InvalidToken(),
    "nonce": UseDpopNonce("abc"),
    "forgotten": Forgotten(),
    "bug": KeyError(PLANTED),
    "database": DatabaseUnavailable(PLANTED),
}


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int = Field(gt=0)


def make_app() -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    kinds = kinds_by_prefix(
        {"/oauth": CallerKind.OAUTH, "/manage": CallerKind.PROBLEM, "/oauth/page": CallerKind.PAGE},
        CallerKind.PAGE,
    )
    renderer = install_error_handlers(app, ANSWERS, kinds)
    install_middleware(app, renderer, MiddlewareOptions(https=True))

    @app.get("/{kind}/raise/{name}")
    async def raise_it(kind: str, name: str) -> None:
        raise RAISED[name]

    @app.post("/{kind}/order")
    async def order(kind: str, order: Order, page: Annotated[int, Query()] = 1) -> None:
        return None

    @app.get("/broken")
    async def broken() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun"
            raise KeyError(PLANTED)

        return StreamingResponse(parts())

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app()) as opened:
        yield opened


async def test_an_oauth_caller_gets_error_and_description(client: httpx.AsyncClient) -> None:
    """RFC 6749 section 5.2, RFC 9700: not cached."""
    response = await client.get("/oauth/raise/unknown")
    assert response.status_code == 404
    assert response.json() == {"error": "invalid_request", "error_description": "There is no such offer."}
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"


async def test_management_gets_problem_details_in_its_language(client: httpx.AsyncClient) -> None:
    """RFC 9457; requirement 7.24."""
    response = await client.get("/manage/raise/unknown", headers={"Accept-Language": "fr-CA, en;q=0.5"})
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == "fr-CA"
    assert response.json() == {
        "type": "urn:trillium:error:unknown_offer",
        "title": "Cette offre n'existe pas.",
        "status": 404,
        "code": "unknown_offer",
        "request_id": response.headers["x-request-id"],
    }


async def test_a_subclass_without_an_entry_is_told_as_its_base(client: httpx.AsyncClient) -> None:
    assert (await client.get("/manage/raise/used")).json()["code"] == "unknown_offer"


async def test_an_answer_may_depend_on_the_instance(client: httpx.AsyncClient) -> None:
    response = await client.get("/oauth/raise/nonce")
    assert (response.status_code, response.headers["dpop-nonce"]) == (400, "abc")


async def test_a_refused_token_gets_a_bearer_challenge(client: httpx.AsyncClient) -> None:
    """RFC 6750 section 3.1."""
    response = await client.get("/oauth/raise/token")
    assert response.status_code == 401
    expected = 'Bearer error="invalid_token", error_description="The access token is not valid."'
    assert response.headers["www-authenticate"] == expected


@pytest.mark.parametrize("name", ["bug", "forgotten"])
@pytest.mark.parametrize("kind", ["oauth", "manage", "page"])
async def test_what_no_table_knows_is_a_bare_500(client: httpx.AsyncClient, kind: str, name: str) -> None:
    with capture_logs() as logs:
        response = await client.get(f"/{kind}/raise/{name}")
    assert response.status_code == 500
    assert "server_error" in response.text
    assert PLANTED not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    events = [entry for entry in logs if entry["event"] == "unexpected_error"]
    assert [entry["error"] for entry in events] == [type(RAISED[name]).__name__]
    assert any("raise_it" in frame for frame in events[0]["frames"])
    assert PLANTED not in str(logs)


async def test_a_database_that_is_away_is_a_503_to_try_again(client: httpx.AsyncClient) -> None:
    response = await client.get("/oauth/raise/database")
    assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert PLANTED not in response.text


@pytest.mark.parametrize(
    "body", ['{"number": 0}', f'{{"number": "{PLANTED}"}}', f'{{"{PLANTED}', "", '["a"]']
)
async def test_a_malformed_body_is_the_callers_error_without_echo(
    client: httpx.AsyncClient, body: str
) -> None:
    with capture_logs() as logs:
        response = await client.post(
            "/oauth/order", content=body, headers={"Content-Type": "application/json"}
        )
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert PLANTED not in response.text
    assert PLANTED not in str(logs)


async def test_a_malformed_parameter_is_the_callers_error(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        response = await client.post(f"/manage/order?page={PLANTED}", json={"number": 1})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_request")
    assert PLANTED not in response.text + str(logs)
    assert "query.page: int_parsing" in str(logs)


async def test_the_name_of_an_unknown_member_is_the_callers_text_and_not_logged(
    client: httpx.AsyncClient,
) -> None:
    with capture_logs() as logs:
        response = await client.post("/manage/order?page=1", json={"number": 1, PLANTED: 1})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_request")
    assert PLANTED not in response.text + str(logs)
    assert "body.(unknown): extra_forbidden" in str(logs)


async def test_unknown_address_and_wrong_method(client: httpx.AsyncClient) -> None:
    missing = await client.get(f"/oauth/{PLANTED}")
    assert (missing.status_code, missing.json()["error"]) == (404, "invalid_request")
    assert PLANTED not in missing.text
    wrong = await client.put("/oauth/raise/unknown")
    assert (wrong.status_code, wrong.json()["error"]) == (405, "invalid_request")
    assert wrong.headers["allow"] == "GET"


async def test_a_response_that_breaks_off_says_nothing_of_the_cause() -> None:
    with capture_logs() as logs, pytest.raises(Exception, match=r"^$") as caught:
        await send_raw(make_app(), http_scope(path="/broken"))
    assert type(caught.value).__name__ == "ResponseBroken"
    assert caught.value.__suppress_context__
    assert PLANTED not in str(logs)


async def test_the_boundary_leaves_other_protocols_alone() -> None:
    seen = []

    async def app(scope: object, receive: object, send: object) -> None:
        seen.append(scope)

    renderer = install_error_handlers(FastAPI(), {}, lambda path: CallerKind.PAGE)
    await send_raw(ErrorBoundary(app, renderer), {"type": "lifespan"})
    assert seen == [{"type": "lifespan"}]


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [
        (200, "a", "Fine."),
        (600, "a", "Fine."),
        (400, "Not A Code", "Fine."),
        (400, "a", 'A "quoted" word.'),
        (400, "a", "A back\\slash."),
        (400, "a", "Précis."),
        (400, "a", "Two\nlines."),
        (400, "a", ""),
    ],
)
def test_an_answer_that_could_not_be_sent_cannot_be_made(status: int, code: str, text: str) -> None:
    """RFC 6749 section 5.2: the characters of error and error_description."""
    with pytest.raises(ValueError, match="error"):
        Answer(status, code, text)


def test_every_error_of_the_runtime_has_an_answer_in_both_languages() -> None:
    for module in iter_modules(trillium.runtime.__path__, "trillium.runtime."):
        import_module(module.name)
    kinds = [kind for kind in subclasses(ProtocolError) if kind.__module__.startswith("trillium.runtime")]
    assert len(kinds) > 10
    for kind in kinds:
        error = kind(5) if kind is TooManyRequests else kind()
        answer = find_answer(RUNTIME_ANSWERS, error)
        assert answer is not None, kind
        assert answer.text_fr, kind


def subclasses(kind: type[ProtocolError]) -> list[type[ProtocolError]]:
    return [found for child in kind.__subclasses__() for found in (child, *subclasses(child))]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(400, "invalid_nonce", "x"), "invalid_nonce"),
        (Answer(404, "receipt_gone", "x"), "invalid_request"),
        (Answer(405, "method_not_allowed", "x"), "invalid_request"),
        (Answer(429, "too_many_requests", "x"), "temporarily_unavailable"),
        (Answer(503, "trust_unavailable", "x"), "temporarily_unavailable"),
        (Answer(502, "upstream", "x"), "server_error"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.code,
)
def test_an_oauth_error_has_a_registered_code(answer: Answer, code: str) -> None:
    assert orjson.loads(render_oauth(answer).body)["error"] == code
