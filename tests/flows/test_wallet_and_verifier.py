"""Our wallet against our verifier, both running: every way to ask and to answer, and the receipt for it."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from specs.jose import parse_jwks, parse_jws
from tests.flows.person import Person, get, post, register_service
from tests.flows.servers import OneServer, one_server
from tests.interop.server_process import start_server

RESIDENTS = (resources.files("issuer") / "sample_data" / "residents.csv").read_bytes()
MAYA = "ON-1000003"
TEXT = {"en-CA": "I agree to the lease.", "fr-CA": "J'accepte le bail."}
PREFIXES = ("x509_hash", "x509_san_dns", "redirect_uri")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneServer]:
    running = start_server(tmp_path_factory.mktemp("wallet-and-verifier"))
    try:
        running.wait()
        servers = one_server(running)
        post(
            f"{servers.issuer.url}/management/residents/import",
            headers={**servers.issuer.management, "Content-Type": "text/csv"},
            content=RESIDENTS,
        )
        yield servers
    finally:
        running.stop()


@pytest.fixture(scope="module")
def service(servers: OneServer) -> tuple[str, str]:
    return register_service(servers.verifier, "age-19-or-over", "identity")


@pytest.fixture(scope="module")
def maya(servers: OneServer) -> Person:
    person = Person(servers, MAYA)
    person.receive(["photo-card"])
    return person


def start(servers: OneServer, service: tuple[str, str], **options: Any) -> dict[str, Any]:
    asked = {"preset": "age-19-or-over", **options}
    started: dict[str, Any] = post(f"{servers.verifier.url}/presentations", 201, auth=service, json=asked)
    return started


@pytest.mark.parametrize(
    "way",
    [
        {"client_id_prefix": prefix, "response_mode": mode, "by_value": by_value}
        for prefix, mode, by_value in itertools.product(
            PREFIXES, ("direct_post", "direct_post.jwt"), (False, True)
        )
        # Nobody signs for an address, so its request is always in the link.
        if by_value or prefix != "redirect_uri"
    ],
    ids=lambda way: "-".join(str(one) for one in way.values()),
)
def test_every_way_to_ask_is_answered_and_accepted(
    servers: OneServer, service: tuple[str, str], maya: Person, way: dict[str, Any]
) -> None:
    started, prefix = start(servers, service, **way), way["client_id_prefix"]
    opened = maya.open(started)
    assert opened["can_answer"], opened
    assert opened["verifier"]["trusted"] is (prefix != "redirect_uri")
    assert opened["verifier"]["client_id"].startswith(f"{prefix}:")

    assert maya.consent(opened)["delivered"]

    result = get(started["result_url"], auth=service)
    assert result["outcome"] == "accepted", result


def test_the_resident_learns_who_asks_agrees_and_gets_a_receipt(
    servers: OneServer, service: tuple[str, str], maya: Person
) -> None:
    agreed = {"type": "ca.on.trillium.consent", "text": TEXT}
    started = start(servers, service, transaction_data=[agreed])
    opened = maya.open(started)

    assert opened["registration"]["service"] == {"en-CA": "Shop", "fr-CA": "Épicerie"}
    assert set(opened["registration"]["purpose"]) == {"en-CA", "fr-CA"}
    assert opened["agreements"] == [TEXT]

    delivered = maya.consent(opened)
    assert delivered["redirect_uri"].startswith(f"{servers.verifier.url}/return?response_code=")
    assert delivered["receipt"], delivered
    assert get(started["result_url"], auth=service)["outcome"] == "accepted"

    entries = get(f"{servers.wallet.url}/history", headers=maya.headers)["entries"]
    [entry] = [one for one in entries if one["entry_id"] == delivered["entry_id"]]
    receipt = parse_jws(entry["receipt"], max_bytes=100_000)
    keys = parse_jwks(get(f"{servers.verifier.url}/jwks"))
    assert receipt.header["typ"] == "trillium-receipt+jwt"
    assert receipt.header["kid"] in {key.thumbprint for key in keys}
    assert entry["registration"]["service"]["fr-CA"] == "Épicerie"
    assert entry["cards"][0]["claims"] == [["age_equal_or_over", "19"]]


def test_a_receipt_is_given_once(servers: OneServer, service: tuple[str, str], maya: Person) -> None:
    delivered = maya.consent(maya.open(start(servers, service)))
    code = delivered["redirect_uri"].partition("response_code=")[2]

    assert delivered["receipt"]
    post(f"{servers.verifier.url}/receipts", 404, data={"response_code": code})


@pytest.mark.parametrize("kind", ["multisigned", "signed", "unsigned"])
def test_5_34_a_page_asks_through_the_browser(
    servers: OneServer, service: tuple[str, str], maya: Person, kind: str
) -> None:
    """The page's script, a browser and the wallet, whichever form of the request the wallet reads."""
    started = start(servers, service, flow="page")
    with opened_page(started) as (script, page):
        offered = script.post(f"{page}/browser-requests").json()["requests"]
        [asked] = [one for one in offered if one["protocol"] == f"openid4vp-v1-{kind}"]
        opened = maya.open_page_request(origin_of(page), asked)
        assert opened["verifier"]["trusted"] is (kind != "unsigned")
        assert (opened["registration"] is None) is (kind == "unsigned")
        answer = {"protocol": asked["protocol"], "data": maya.consent(opened)["browser_response"]}
        assert script.post(f"{page}/browser-response", json=answer).status_code == 200
        assert script.get(f"{page}/state").json()["state"] == "accepted"
    assert get(started["status_url"], auth=service)["state"] == "accepted"


def test_6_10_nobody_elses_page_asks_with_our_signatures(
    servers: OneServer, service: tuple[str, str], maya: Person
) -> None:
    with opened_page(start(servers, service, flow="page")) as (script, page):
        offered = script.post(f"{page}/browser-requests").json()["requests"]
    several, single, _ = offered
    for asked in (several, single):
        body = {"origin": "https://evil.example", **asked}
        refused = post(f"{servers.wallet.url}/presentations/page", 400, headers=maya.headers, json=body)
        assert refused["code"] == "invalid_request"


@contextmanager
def opened_page(started: dict[str, Any]) -> Iterator[tuple[httpx.Client, str]]:
    """What the script of the page sends with, and the page's address."""
    with httpx.Client(trust_env=False, timeout=30.0, follow_redirects=True) as browser:
        page = browser.get(started["page_url"])
        token = page.text.partition('data-form-token="')[2].partition('"')[0]
        browser.headers["Trillium-Form-Token"] = token
        yield browser, str(page.url)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def test_a_refusal_reaches_the_service(servers: OneServer, service: tuple[str, str], maya: Person) -> None:
    started = start(servers, service)
    opened = maya.open(started)

    url = f"{servers.wallet.url}/presentations/{opened['operation_id']}/refuse"
    refused = post(url, headers=maya.headers, json={})

    assert refused["delivered"]
    assert get(started["status_url"], auth=service)["state"] == "cancelled"
