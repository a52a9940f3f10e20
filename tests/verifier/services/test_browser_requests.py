"""The Digital Credentials API: requests for the browser, and what it gives back (5.34, 5.35, 6.14)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from specs.encoding import EncodingError, create_json
from specs.openid4vp import (
    BrowserRequest,
    VpErrorResponse,
    parse_unsigned_browser_request,
    verify_signed_browser_request,
)
from specs.openid4vp.errors import UnexpectedOrigin
from specs.openid4vp.response_errors import InvalidResponse, ResponseError, UnencryptedResponse
from tests.verifier.holder import NINETEEN, Binding, present
from tests.verifier.issuing import NOW, SimulatedIssuer
from tests.verifier.surroundings import Desk, claims_of, encrypted_text, settings_for_tests
from verifier.domain.presentation import ClientIdPrefix, Presentation, RequestId
from verifier.domain.transaction_types import CONSENT, TYPES
from verifier.errors import PresentationNotGenuine, RequestGone, ResponseNotForThisRequest
from verifier.services.browser_requests import parse_browser_credential
from verifier.services.start_presentation import StartOptions

ORIGIN = "https://verifier.example"
SIGNED, UNSIGNED, SEVERAL = "openid4vp-v1-signed", "openid4vp-v1-unsigned", "openid4vp-v1-multisigned"
CREDENTIAL = SimulatedIssuer().issue()
CONSENTS = ({"type": CONSENT, "text": {"en-CA": "Call me.", "fr-CA": "Appelez-moi."}},)


class Page:
    """A page of ours with a browser around it, and a wallet behind that."""

    def __init__(self, desk: Desk, presentation: Presentation, offered: Mapping[str, Any]) -> None:
        self.desk, self.presentation = desk, presentation
        self.data = {one["protocol"]: one["data"] for one in offered["requests"]}
        self.order = [one["protocol"] for one in offered["requests"]]

    @property
    def question(self) -> dict[str, Any]:
        return dict(self.data[UNSIGNED])

    def signed(self, origin: str = ORIGIN) -> BrowserRequest:
        return verify_signed_browser_request(
            self.data[SIGNED],
            origin=origin,
            anchors=self.desk.verifier.ring.anchors(),
            now=NOW,
            leeway=timedelta(0),
            transaction_data_types=TYPES,
        )

    def card(self, audience: str = f"origin:{ORIGIN}", **binding: Any) -> str:
        return present(CREDENTIAL, Binding(self.question["nonce"], audience, **binding), NINETEEN)

    async def answer(self, card: str, protocol: str = SIGNED, origin: str = ORIGIN) -> None:
        """What the browser gives the page, posted to us."""
        text = encrypted_text(self.question, {"vp_token": {"photo_card": [card]}})
        body = create_json({"protocol": protocol, "data": {"response": text}})
        await self.post(body, origin)

    async def post(self, body: bytes, origin: str = ORIGIN) -> None:
        response = parse_browser_credential(body)
        received = await self.desk.verifier.receive.from_browser(self.presentation, response, origin=origin)
        assert received.redirect_uri is None

    async def state(self) -> str:
        found = await self.desk.store.find_by_request(self.presentation.request_id)
        assert found is not None
        return found.state


async def open_page(**options: Any) -> Page:
    desk = Desk(settings=settings_for_tests(client_id="ontario-desk"))
    started = await desk.verifier.start(await desk.register(), "age-19-or-over", StartOptions(**options))
    presentation = started.presentation
    return Page(desk, presentation, await desk.verifier.browser_requests.create(presentation, ORIGIN))


async def test_5_34_signed_and_unsigned_ask_the_same() -> None:
    page = await open_page(transaction_data=CONSENTS)
    assert page.order == [SEVERAL, SIGNED, UNSIGNED]
    unsigned = parse_unsigned_browser_request(page.question, origin=ORIGIN, transaction_data_types=TYPES)
    signed = page.signed()
    assert signed.query == unsigned.query == page.desk.verifier.presets["age-19-or-over"].query
    assert signed.nonce == unsigned.nonce == page.presentation.nonce
    assert signed.transaction_data == unsigned.transaction_data
    assert (signed.client_id and signed.client_id.full) == page.presentation.audience
    assert signed.encryption
    assert unsigned.encryption
    assert signed.encryption.key.kid == unsigned.encryption.key.kid


async def test_5_34_what_stands_in_them_and_what_does_not() -> None:
    page = await open_page()
    common = {"response_type", "response_mode", "nonce", "dcql_query", "client_metadata"}
    assert set(page.question) == common
    assert page.question["response_mode"] == "dc_api.jwt"
    claims = claims_of(page.data[SIGNED]["request"])
    assert set(claims) == common | {"verifier_info", "aud", "iat", "exp", "client_id", "expected_origins"}
    assert claims["expected_origins"] == [ORIGIN]
    assert set(page.data[SIGNED]) == {"request"}


async def test_a_signed_request_is_of_no_use_on_another_page() -> None:
    page = await open_page()
    for origin in ("https://evil.example", f"{ORIGIN}/", f"{ORIGIN}:443", "http://verifier.example"):
        with pytest.raises(UnexpectedOrigin):
            page.signed(origin)


@pytest.mark.parametrize("prefix", list(ClientIdPrefix))
async def test_every_presentation_can_be_asked_through_the_browser(prefix: ClientIdPrefix) -> None:
    page = await open_page(prefix=prefix)
    if prefix is not ClientIdPrefix.PRE_REGISTERED:
        client_id = page.signed().client_id
        assert client_id is not None
        unsigned = prefix is ClientIdPrefix.REDIRECT_URI
        assert client_id.prefix == (ClientIdPrefix.X509_HASH if unsigned else prefix)
    await page.answer(page.card())
    assert await page.state() == "accepted"


@pytest.mark.parametrize("protocol", [SEVERAL, SIGNED, UNSIGNED])
async def test_6_14_an_answer_through_the_browser(protocol: str) -> None:
    page = await open_page()
    await page.answer(page.card(), protocol)
    assert await page.state() == "accepted"


@pytest.mark.parametrize(
    "audience",
    ["origin:https://evil.example", ORIGIN, "x509_hash", f"origin:{ORIGIN}/"],
)
async def test_5_25_a_presentation_for_another_page_is_not_for_ours(audience: str) -> None:
    page = await open_page()
    if audience == "x509_hash":
        audience = page.presentation.audience
    with pytest.raises(PresentationNotGenuine):
        await page.answer(page.card(audience))
    assert await page.state() == "rejected"


async def test_5_35_the_origin_is_that_of_our_own_page() -> None:
    """Whatever the wallet signed, it is compared with what our settings say."""
    page = await open_page()
    with pytest.raises(PresentationNotGenuine):
        await page.answer(page.card("origin:https://evil.example"), origin=ORIGIN)


async def test_an_answer_for_the_page_does_not_count_at_the_response_uri() -> None:
    page = await open_page()
    members = {"vp_token": {"photo_card": [page.card()]}, "state": page.presentation.state_value}
    response = parse_browser_credential(
        create_json({"protocol": SIGNED, "data": {"response": encrypted_text(page.question, members)}})
    )
    with pytest.raises(PresentationNotGenuine):
        await page.desk.verifier.receive(page.presentation.request_id, response)
    assert await page.state() == "rejected"


DEFECTS: dict[str, tuple[Any, type[Exception]]] = {
    "not json": (b"{", EncodingError),
    "an array": (b"[]", EncodingError),
    "a repeated member": (b'{"protocol":"a","protocol":"b"}', EncodingError),
    "no protocol": ({"data": {"error": "access_denied"}}, ResponseNotForThisRequest),
    "another protocol": ({"protocol": "openid4vp", "data": {}}, ResponseNotForThisRequest),
    "a later version": (
        {"protocol": "openid4vp-v2-multisigned", "data": {"error": "access_denied"}},
        ResponseNotForThisRequest,
    ),
    "a protocol that is a list": ({"protocol": [SIGNED], "data": {}}, ResponseNotForThisRequest),
    "no data": ({"protocol": SIGNED}, InvalidResponse),
    "data as text": ({"protocol": SIGNED, "data": "{}"}, InvalidResponse),
    "nothing in it": ({"protocol": SIGNED, "data": {}}, InvalidResponse),
    "in the clear": ({"protocol": SIGNED, "data": {"vp_token": {"photo_card": ["x"]}}}, UnencryptedResponse),
    "two things": ({"protocol": SIGNED, "data": {"response": "x", "error": "y"}}, InvalidResponse),
    "no JWE": ({"protocol": SIGNED, "data": {"response": "a.b.c.d.e"}}, ResponseError),
}


@pytest.mark.parametrize("defect", DEFECTS)
async def test_rubbish_leaves_the_presentation_open(defect: str) -> None:
    page = await open_page()
    body, expected = DEFECTS[defect]
    with pytest.raises(expected):
        await page.post(body if isinstance(body, bytes) else create_json(body))
    assert await page.state() == "requested"
    await page.answer(page.card())


async def test_a_wallet_that_says_no() -> None:
    page = await open_page()
    await page.post(create_json({"protocol": UNSIGNED, "data": {"error": "access_denied"}}))
    assert await page.state() == "cancelled"


async def test_5_31_what_has_ended_is_neither_asked_nor_answered() -> None:
    page = await open_page()
    await page.answer(page.card())
    with pytest.raises(RequestGone):
        await page.answer(page.card())
    ended = await page.desk.store.find_by_request(page.presentation.request_id)
    assert ended is not None
    with pytest.raises(RequestGone):
        await page.desk.verifier.browser_requests.create(ended, ORIGIN)
    refusal = VpErrorResponse("access_denied", None, None)
    with pytest.raises(RequestGone):
        await page.desk.verifier.receive.from_browser(ended, refusal, origin=ORIGIN)


async def test_one_question_two_ways_and_one_end() -> None:
    """The QR code and the browser at once: whichever answer comes first is the only one."""
    page = await open_page()
    served = claims_of(await page.desk.verifier.serve(page.presentation.request_id, wallet_nonce=None))
    assert served["nonce"] == page.question["nonce"]
    refusal = VpErrorResponse("access_denied", None, served["state"])
    await page.desk.verifier.receive(RequestId(page.presentation.request_id), refusal)
    with pytest.raises(RequestGone):
        await page.answer(page.card())
    assert await page.state() == "cancelled"
