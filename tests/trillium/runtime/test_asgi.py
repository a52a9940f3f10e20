"""Route templates: what may stand in logs and metrics in place of a path."""

import pytest

from tests.trillium.runtime.asgi_client import http_scope
from trillium.runtime.asgi import answering, route_template


def endpoint() -> None:
    """Stands for the function of a route."""


@pytest.mark.parametrize(
    ("path", "parameters", "template"),
    [
        ("/offers", {}, "/offers"),
        ("/offers/abc/code", {"offer_id": "abc"}, "/offers/{offer_id}/code"),
        ("/a/x/b/y", {"first": "x", "second": "y"}, "/a/{first}/b/{second}"),
        ("/files/a/b/c", {"name": "a/b/c"}, "/files/{name}"),
        ("/lists/7", {"number": 7}, "/lists/{number}"),
        ("/offers/offers", {"offer_id": "offers"}, "/offers/{offer_id}"),
        ("/lists/007", {"number": 7}, "/(unknown)"),
        ("/offers/", {"offer_id": ""}, "/offers/{offer_id}"),
    ],
)
def test_parameters_are_named_not_shown(path: str, parameters: dict[str, object], template: str) -> None:
    assert route_template(http_scope(path=path, endpoint=endpoint, path_params=parameters)) == template


def test_without_an_endpoint_the_path_stays_unknown() -> None:
    assert route_template(http_scope(path="/secret")) == "/(unknown)"
    mounted = http_scope(path="/issuer/secret", root_path="/issuer", endpoint=object(), path_params={})
    assert route_template(mounted) == "/issuer/(unknown)"


async def test_headers_that_are_there_are_not_added_again() -> None:
    sent = []

    async def send(message: object) -> None:
        sent.append(message)

    answer = answering(send)
    answer.headers.update({b"a": b"2", b"b": b"2"})
    given = [(b"a", b"1"), (b"set-cookie", b"one"), (b"set-cookie", b"two")]
    await answer({"type": "http.response.start", "status": 201, "headers": given})
    await answer({"type": "http.response.body", "body": b""})
    assert sent[0]["headers"] == [*given, (b"b", b"2")]  # type: ignore[index]  # a message
    assert (answer.status, len(sent)) == (201, 2)


async def test_who_surrounds_an_application_shares_one_answering() -> None:
    """What is further in knows better; until the answer begins there is no status."""

    async def send(_message: object) -> None:
        pass

    outer = answering(send)
    outer.headers[b"a"] = b"outer"
    inner = answering(outer)
    inner.headers[b"a"] = b"inner"
    assert inner is outer
    assert (outer.headers, outer.status) == ({b"a": b"inner"}, 0)
