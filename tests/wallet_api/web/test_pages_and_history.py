"""What pages ask through the browser, and the resident's own record, over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from specs.dcql import parse_dcql_query
from specs.openid4vp import (
    BrowserRequestParameters,
    VerifierInfo,
    create_client_metadata,
    create_transaction_data,
    create_unsigned_browser_request,
    create_verifier_info,
)
from tests.simulators.verifier import AGE, FORMATS, NONCE, ORIGIN, RESPONSE_JWK
from tests.wallet_api.services.test_agreements import TEXT
from tests.wallet_api.services.test_registrations_and_receipts import REGISTRATION
from tests.wallet_api.web.running import Running, running
from wallet_api.domain.agreement import CONSENT
from wallet_api.domain.registration import TYPE

DATA = create_unsigned_browser_request(
    BrowserRequestParameters(
        NONCE, parse_dcql_query(AGE), create_client_metadata(FORMATS, jwks=[RESPONSE_JWK])
    )
)
PAGE: dict[str, Any] = {
    "origin": "https://pages.example",
    "protocol": "openid4vp-v1-unsigned",
    "data": DATA,
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as found:
        yield found


def register(server: Running) -> None:
    now = int(server.world.verifier.now.timestamp())
    claims = REGISTRATION | {"iat": now, "exp": now + 300}
    entry = VerifierInfo("jwt", server.world.verifier.sign(TYPE, claims))
    agreed = create_transaction_data(CONSENT, ["age"], {"text": TEXT})
    server.world.verifier.claims |= {
        "verifier_info": create_verifier_info([entry]),
        "transaction_data": [agreed.encoded],
    }


async def test_a_page_is_answered_through_the_browser_5_34(server: Running) -> None:
    await server.receive()
    opened = await server.call("POST", "/presentations/page", PAGE)

    assert opened.status_code == 201
    assert opened.json()["verifier"] == {
        "client_id": None,
        "origin": "https://pages.example",
        "name": None,
        "trusted": False,
    }
    path = f"/presentations/{opened.json()['operation_id']}/consent"
    delivered = (await server.call("POST", path, {})).json()
    assert set(delivered["browser_response"]) == {"response"}
    assert (delivered["delivered"], delivered["redirect_uri"]) == (True, None)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"protocol": "openid4vp"}, 400, "unsupported_protocol"),
        ({"data": {}}, 400, "invalid_request"),
        ({"protocol": "openid4vp-v1-signed"}, 400, "invalid_request_object"),
        ({"origin": ""}, 400, "invalid_request"),
        ({"data": "x"}, 400, "invalid_request"),
        ({"more": 1}, 400, "invalid_request"),
    ],
    ids=str,
)
async def test_a_page_that_asks_wrongly_gets_a_code(
    server: Running, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await server.call("POST", "/presentations/page", PAGE | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_resident_reads_who_asks_and_what_is_agreed_to_in_both_languages(server: Running) -> None:
    register(server)
    opened = await server.open_request()

    assert opened["registration"] == {
        "service": {"en-CA": "The Tavern", "fr-CA": "La Taverne"},
        "purpose": {"en-CA": "To sell alcohol.", "fr-CA": "Pour vendre de l'alcool."},
        "retention": {"days": 0, "purpose": None},
        "evidence": {"days": 30, "purpose": {"en-CA": "The law.", "fr-CA": "La loi."}},
    }
    assert opened["agreements"] == [TEXT]


async def test_the_record_is_listed_and_deleted(server: Running) -> None:
    await server.receive()
    register(server)
    opened = await server.open_request()
    delivered = (await server.call("POST", f"/presentations/{opened['operation_id']}/consent", {})).json()

    listed = await server.call("GET", "/history")
    [entry] = listed.json()["entries"]
    assert listed.headers["cache-control"] == "no-store"
    assert entry["entry_id"] == delivered["entry_id"]
    assert entry["verifier"]["client_id"] == server.world.verifier.client_id.full
    assert entry["registration"]["service"]["en-CA"] == "The Tavern"
    assert entry["agreements"] == [TEXT]
    assert entry["cards"] == [
        {
            "type": "photo-card",
            "claims": [["age_equal_or_over", "19"]],
            "always_shown": [["issuing_country"]],
        }
    ]
    assert (entry["accepted"], entry["receipt"]) == (True, None)

    assert (await server.call("DELETE", f"/history/{entry['entry_id']}")).status_code == 204
    assert (await server.call("GET", "/history")).json() == {"entries": []}
    again = await server.call("DELETE", f"/history/{entry['entry_id']}")
    assert (again.status_code, again.json()["code"]) == (404, "unknown_history_entry")


async def test_whom_something_was_shown_is_not_readable_in_the_database(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        await server.receive()
        register(server)
        opened = await server.open_request()
        await server.call("POST", f"/presentations/{opened['operation_id']}/consent", {})
        data = b"".join(path.read_bytes() for path in tmp_path.glob("trillium.db*"))

    assert len(data) > 50_000
    for planted in ("The Tavern", "verifier.example", ORIGIN, TEXT["en-CA"], "age_equal_or_over"):
        assert planted.encode() not in data
