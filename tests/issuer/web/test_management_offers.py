"""The back office makes offers, looks at them and withdraws them."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from issuer.domain.offer import OFFER_LIFETIME
from tests.issuer.web.answers import problem
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_offer_comes_with_its_link_its_code_and_its_end(issuer: RunningIssuer) -> None:
    made = await issuer.offer(tx_code=True)
    assert set(made) == {
        *("offer_id", "credential_offer_link", "credential_offer_uri", "credential_offer"),
        *("tx_code", "tx_code_to", "expires_at", "qr_svg", "account", "page_url"),
    }
    assert (made["account"], made["tx_code_to"]) == ("Maya Tremblay", "clerk")
    assert made["page_url"].startswith(f"{ISSUER}/offer/")
    assert datetime.fromisoformat(made["expires_at"]) == issuer.clock.now() + OFFER_LIFETIME
    assert made["credential_offer_link"].startswith("openid-credential-offer://?credential_offer_uri=")
    assert made["credential_offer_uri"].startswith(f"{ISSUER}/offers/")
    assert len(made["tx_code"]) == 6
    assert ElementTree.fromstring(made["qr_svg"]).tag.endswith("svg")  # noqa: S314  # our own
    assert (await issuer.offer())["tx_code"] is None


async def test_an_answer_with_secrets_is_kept_by_nobody(issuer: RunningIssuer) -> None:
    request = {"subject_ref": await issuer.subject_ref(), "credential_configuration_ids": ["photo-card"]}
    answer = await issuer.manage("POST", "/offers", json=request)
    assert answer.headers["cache-control"] == "no-store"


async def test_an_offer_by_value_is_the_same_offer_in_the_link(issuer: RunningIssuer) -> None:
    made = await issuer.offer(by="value")
    query = parse_qs(urlsplit(made["credential_offer_link"]).query)
    assert set(query) == {"credential_offer"}
    by_reference = await issuer.client.get(made["credential_offer_uri"])
    assert by_reference.json() == made["credential_offer"]


REQUESTS: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "unknown-person": ({"subject_ref": "nobody"}, (404, "unknown_subject")),
    "unknown-type": (
        {"credential_configuration_ids": ["passport"]},
        (400, "unknown_credential_configuration"),
    ),
    "type-twice": (
        {"credential_configuration_ids": ["photo-card", "photo-card"]},
        (400, "unknown_credential_configuration"),
    ),
    "no-type": ({"credential_configuration_ids": []}, (400, "invalid_request")),
    "types-as-text": ({"credential_configuration_ids": "photo-card"}, (400, "invalid_request")),
    "too-many-types": ({"credential_configuration_ids": ["photo-card"] * 33}, (400, "invalid_request")),
    "number-for-a-person": ({"subject_ref": 7}, (400, "invalid_request")),
    "zero-byte-in-a-person": ({"subject_ref": "a\x00"}, (400, "invalid_request")),
    "text-for-a-choice": ({"tx_code": "yes"}, (400, "invalid_request")),
    "another-way": ({"by": "mail"}, (400, "invalid_request")),
    "another-grant": ({"grant": "implicit"}, (400, "invalid_request")),
    "sign-in-and-code": (
        {"grant": "authorization_code", "tx_code": True},
        (400, "transaction_code_without_use"),
    ),
    "too-short": ({"expires_in": 59}, (400, "offer_lifetime_refused")),
    "too-long-for-a-code": ({"expires_in": 3601}, (400, "offer_lifetime_refused")),
    "too-long-for-anybody": ({"expires_in": 604_801}, (400, "invalid_request")),
    "nobody-to-send-it": ({"tx_code": True, "tx_code_to": "resident"}, (409, "resident_not_reachable")),
    "code-to-a-neighbour": ({"tx_code": True, "tx_code_to": "neighbour"}, (400, "invalid_request")),
    "unknown-member": ({"wallet": "x"}, (400, "invalid_request")),
}


@pytest.mark.parametrize("defect", REQUESTS)
async def test_an_offer_that_cannot_be_made_is_not_half_made(issuer: RunningIssuer, defect: str) -> None:
    members, told = REQUESTS[defect]
    request = {"subject_ref": await issuer.subject_ref(), "credential_configuration_ids": ["photo-card"]}
    before = issuer.rows()
    answer = await issuer.manage("POST", "/offers", json=request | members)
    assert problem(answer) == told
    assert issuer.rows() == before


WHOLE = b'{"subject_ref": "somebody", "credential_configuration_ids": ["photo-card"]}'
TWICE = WHOLE.replace(b"}", b', "subject_ref": "somebody-else"}')


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (TWICE, "application/json"),
        (WHOLE.replace(b"}", b', "expires_in": "60"}'), "application/json"),
        (WHOLE.replace(b"}", b', "tx_code": 1}'), "application/json"),
        (b'{"subject_ref": "\xff"}', "application/json"),
        (b'{"subject_ref": "\\ud800"}', "application/json"),
        (b"subject_ref=a", "application/x-www-form-urlencoded"),
        (b"{}", "text/plain"),
    ],
)
async def test_a_body_that_cannot_be_read(issuer: RunningIssuer, body: bytes, content_type: str) -> None:
    answer = await issuer.manage("POST", "/offers", content=body, headers={"Content-Type": content_type})
    assert problem(answer) == (400, "invalid_request")


async def test_a_body_that_is_too_large(issuer: RunningIssuer) -> None:
    answer = await issuer.manage("POST", "/offers", json={"subject_ref": "x" * 70_000})
    assert problem(answer) == (413, "invalid_request")


async def test_the_state_of_an_offer_is_followed(issuer: RunningIssuer) -> None:
    open_, redeemed, withdrawn = [await issuer.offer() for _ in range(3)]
    await issuer.redeem(redeemed)
    for _ in range(2):
        gone = await issuer.manage("DELETE", f"/offers/{withdrawn['offer_id']}")
        assert (gone.status_code, gone.content) == (204, b"")
    states = []
    for offer in (open_, redeemed, withdrawn):
        answer = await issuer.manage("GET", f"/offers/{offer['offer_id']}")
        assert set(answer.json()) == {
            *("offer_id", "subject_ref", "state", "grant", "credential_configuration_ids", "tx_code"),
            *("attempts_left", "created_at", "opened_at", "expires_at"),
        }
        states.append(answer.json()["state"])
    assert states == ["open", "redeemed", "withdrawn"]
    issuer.clock.moment += OFFER_LIFETIME
    assert (await issuer.manage("GET", f"/offers/{open_['offer_id']}")).json()["state"] == "expired"


@pytest.mark.parametrize(
    ("offer_id", "told"),
    [
        ("nobody", (404, "unknown_offer")),
        ("A" * 22, (404, "unknown_offer")),
        ("%00", (400, "invalid_request")),
        ("a" * 65, (400, "invalid_request")),
        ("%C3%A9", (400, "invalid_request")),
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_an_unknown_offer(
    issuer: RunningIssuer, method: str, offer_id: str, told: tuple[int, str]
) -> None:
    assert problem(await issuer.manage(method, f"/offers/{offer_id}")) == told


async def test_the_reference_of_an_offer_is_not_its_handle(issuer: RunningIssuer) -> None:
    """The reference is in every QR code; who has seen one must not find the offer in the back office."""
    reference = (await issuer.offer())["credential_offer_uri"].rpartition("/")[2]
    assert problem(await issuer.manage("GET", f"/offers/{reference}")) == (404, "unknown_offer")
