"""The wallet over HTTP, as residents' programs see it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from specs.openid4vp import VpErrorResponse
from tests.simulators.internet import refusal
from tests.simulators.issuer import ISSUER, MAYA, VCT
from tests.wallet_api.web.running import Running, running


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as found:
        yield found


async def test_only_management_opens_accounts(server: Running) -> None:
    for headers in ({}, {"Authorization": f"Bearer {server.token}"}, {"Authorization": "Bearer guess"}):
        answer = await server.client.post("/accounts", json={"name": "x"}, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_resident_sees_the_own_account(server: Running) -> None:
    answer = await server.call("GET", "/account")

    assert answer.json()["name"] == "Maya’s wallet"
    assert answer.json()["account_id"] == server.account_id
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("header", [None, "Bearer guess", "Basic YTpi", "Bearer", "bearer  "])
async def test_a_stranger_is_refused_everywhere(server: Running, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for method, path in (
        ("GET", "/account"),
        ("POST", "/offers"),
        ("POST", "/offers/x/accept"),
        ("GET", "/credentials"),
        ("GET", "/credentials/x"),
        ("DELETE", "/credentials/x"),
        ("POST", "/presentations"),
        ("POST", "/presentations/page"),
        ("GET", "/history"),
        ("DELETE", "/history/x"),
        ("POST", "/presentations/x/consent"),
        ("POST", "/presentations/x/refuse"),
    ):
        answer = await server.client.request(
            method, path, headers=headers, json={} if method == "POST" else None
        )
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_the_management_token_opens_no_wallet(server: Running) -> None:
    assert (await server.call("GET", "/credentials", token=server.management)).status_code == 401


async def test_an_offer_is_read_accepted_and_its_card_is_there(server: Running) -> None:
    server.world.issuer.tx_code = "493536"
    offer = await server.call("POST", "/offers", {"credential_offer": server.world.issuer.link()})

    assert offer.status_code == 201
    assert offer.json() | {"operation_id": ""} == {
        "operation_id": "",
        "credential_issuer": ISSUER,
        "credentials": [
            {
                "id": "photo-card",
                "type": "photo-card",
                # 2.27: the direction mark of the simulated issuer is gone
                "display": [
                    {
                        "name": "Photo card",
                        "locale": "en-CA",
                        "description": None,
                        "background_color": None,
                        "text_color": None,
                    }
                ],
            }
        ],
        "tx_code": {"length": 6, "input_mode": "numeric", "description": None},
    }
    path = f"/offers/{offer.json()['operation_id']}/accept"
    wrong = await server.call("POST", path, {"tx_code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_grant")
    accepted = await server.call("POST", path, {"tx_code": "493536", "copies": 4})
    assert accepted.status_code == 200
    [card] = accepted.json()["credentials"]
    assert (card["type"], card["copies"], accepted.json()["refused"]) == ("photo-card", 4, [])

    [listed] = (await server.call("GET", "/credentials")).json()["credentials"]
    assert (listed["credential_id"], listed["vct"]) == (card["credential_id"], VCT)
    assert (listed["display_name"], listed["copies_left"], listed["status"]) == ("Photo card", 4, "valid")
    french = await server.call("GET", "/credentials", **{"Accept-Language": "fr-CA,en;q=0.5"})
    assert french.json()["credentials"][0]["display_name"] == "Carte-photo"


async def test_a_card_is_shown_and_deleted(server: Running) -> None:
    path = f"/credentials/{await server.receive()}"

    shown = await server.call("GET", path)

    assert shown.json()["claims"] == MAYA
    by_path = {tuple(one["path"]): one["shown_by_default"] for one in shown.json()["disclosures"]}
    assert by_path["family_name",] is False
    assert by_path["issuing_country",] is True
    assert shown.headers["cache-control"] == "no-store"
    assert (await server.call("DELETE", path)).status_code == 204
    gone = await server.call("GET", path)
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_credential")


async def test_a_request_is_read_and_agreed_to(server: Running) -> None:
    card = await server.receive()

    opened = await server.open_request()

    assert opened["verifier"]["trusted"] is True
    assert (opened["can_answer"], opened["why_not"], opened["registration"]) == (True, [], None)
    [requested] = opened["requested"]
    assert requested == {
        "query_id": "age",
        "type": "photo-card",
        "claims": [["age_equal_or_over", "19"]],
        "always_shown": [["issuing_country"]],
        "credential_id": card,
    }
    path = f"/presentations/{opened['operation_id']}/consent"
    delivered = await server.call("POST", path, {})
    assert delivered.status_code == 200
    assert delivered.json() | {"entry_id": ""} == {
        "delivered": True,
        "redirect_uri": None,
        "browser_response": None,
        "entry_id": "",
        "receipt": False,
    }
    [credential] = server.world.verifier.verify_last(server.world.issuer)["age"]
    assert credential.claims["age_equal_or_over"] == {"19": True}
    again = await server.call("POST", path, {})
    assert (again.status_code, again.json()["code"]) == (404, "unknown_operation")


async def test_a_request_that_cannot_be_answered_is_refused(server: Running) -> None:
    opened = await server.open_request()

    assert opened["can_answer"] is False
    [reason] = opened["why_not"]
    assert reason["text"] == {
        "en-CA": "There is no photo-card in this wallet.",
        "fr-CA": "Ce portefeuille ne contient pas de photo-card.",
    }
    path = f"/presentations/{opened['operation_id']}"
    consent = await server.call("POST", f"{path}/consent", {})
    assert (consent.status_code, consent.json()["code"]) == (409, "nothing_to_show")
    refused = await server.call("POST", f"{path}/refuse")  # without a body, too
    assert (refused.status_code, refused.json()["delivered"]) == (200, True)
    [response] = server.world.verifier.responses
    assert isinstance(response, VpErrorResponse)
    assert response.error == "access_denied"


async def test_accounts_do_not_see_each_other(server: Running) -> None:
    card, opened = await server.receive(), await server.open_request()
    await server.open_account("Arjun")

    assert (await server.call("GET", "/credentials")).json() == {"credentials": []}
    for method, path in (
        ("GET", f"/credentials/{card}"),
        ("DELETE", f"/credentials/{card}"),
        ("POST", f"/presentations/{opened['operation_id']}/consent"),
        ("POST", f"/presentations/{opened['operation_id']}/refuse"),
    ):
        body: Any = {} if method == "POST" else None
        assert (await server.call(method, path, body)).status_code == 404, path
    assert not server.world.verifier.responses


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/offers", {}),
        ("/offers", {"credential_offer": ""}),
        ("/offers", {"credential_offer": 1}),
        ("/offers", {"credential_offer": "x", "more": 1}),
        ("/offers/x/accept", {"copies": 0}),
        ("/offers/x/accept", {"copies": 11}),
        ("/offers/x/accept", {"tx_code": "1" * 65}),
        ("/presentations", {"authorization_request": "x" * 40_000}),
        ("/presentations/x/consent", {"more": 1}),
    ],
)
async def test_malformed_bodies_are_refused(server: Running, path: str, body: Any) -> None:
    answer = await server.call("POST", path, body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_request"


async def test_bodies_are_bounded(server: Running) -> None:
    for path, size in (("/offers", 200_000), ("/presentations", 70_000), ("/accounts", 5_000)):
        answer = await server.call("POST", path, {"x": "y" * size})
        assert answer.status_code == 413, path


@pytest.mark.parametrize(
    ("request_code", "status", "code"),
    [
        ("credential_request_denied", 502, "credential_request_denied"),
        ("made_up", 502, "issuer_refused"),
    ],
)
async def test_only_registered_codes_of_an_issuer_are_passed_on(
    server: Running, request_code: str, status: int, code: str
) -> None:
    server.world.issuer.credential_answer = lambda: refusal(request_code)
    offer = await server.call("POST", "/offers", {"credential_offer": server.world.issuer.link()})

    answer = await server.call("POST", f"/offers/{offer.json()['operation_id']}/accept", {})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_errors_are_told_in_french_too(server: Running) -> None:
    answer = await server.call("GET", "/credentials/x", **{"Accept-Language": "fr"})

    assert answer.json()["title"] == "Ce justificatif n'est pas dans ce portefeuille."
    assert answer.headers["content-language"] == "fr-CA"


async def test_a_bad_request_of_a_verifier_is_told_by_its_code(server: Running) -> None:
    server.world.verifier.header = {"typ": "JWT"}

    answer = await server.call(
        "POST", "/presentations", {"authorization_request": server.world.verifier.link()}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request_object")


async def test_the_description_names_every_operation(server: Running) -> None:
    paths = (await server.client.get("/openapi.json")).json()["paths"]

    assert sorted(f"{method} {path}" for path, item in paths.items() for method in item) == [
        "delete /credentials/{credential_id}",
        "delete /history/{entry_id}",
        "get /account",
        "get /credentials",
        "get /credentials/{credential_id}",
        "get /health",
        "get /history",
        "get /readyz",
        "post /accounts",
        "post /offers",
        "post /offers/{operation_id}/accept",
        "post /presentations",
        "post /presentations/page",
        "post /presentations/{operation_id}/consent",
        "post /presentations/{operation_id}/refuse",
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/offers", '{"credential_offer": "a", "credential_offer": "b"}'),
        ("/offers/x/accept", '{"copies": 1, "copies": 2}'),
        ("/offers/x/accept", '{"copies": "1"}'),
        ("/presentations", '{"authorization_request": "a", "authorization_request": "b"}'),
    ],
)
async def test_a_member_that_is_there_twice_is_refused(server: Running, path: str, body: str) -> None:
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    answer = await server.client.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_an_account_with_two_names_is_not_opened(server: Running) -> None:
    headers = {"Authorization": f"Bearer {server.management}", "Content-Type": "application/json"}
    for body, status in (('{"name": "a", "name": "b"}', 400), ('{"name": "a"}', 201)):
        assert (await server.client.post("/accounts", content=body, headers=headers)).status_code == status
