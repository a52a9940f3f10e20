"""Route templates: what may stand in logs and metrics in place of a path."""

import pytest

from tests.trillium.runtime.asgi_client import http_scope
from trillium.runtime.asgi import add_headers, route_template


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

    adding = add_headers(send, lambda response: [(b"a", b"2"), (b"b", b"2")])
    await adding({"type": "http.response.start", "status": 200, "headers": [(b"A", b"1")]})
    await adding({"type": "http.response.body", "body": b""})
    assert sent[0]["headers"] == [(b"A", b"1"), (b"b", b"2")]  # type: ignore[index]  # a message
