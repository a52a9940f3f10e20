"""What may be pushed, by whom, and what a request URI is good for (RFC 9126, requirements 4.15 and 4.16)."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from issuer.domain.authorization import (
    CODE_LIFETIME,
    PUSHED_REQUEST_LIFETIME,
    ClientAuthentication,
    ClientId,
    Sender,
    SenderKeys,
)
from issuer.domain.client import Client, Clients
from issuer.domain.event import EventName
from issuer.errors import UnregisteredRedirectUri
from issuer.services.push_authorization_request import PushAuthorizationRequest
from specs.errors import ProtocolError
from specs.oauth import (
    InvalidAuthorizationDetails,
    InvalidClient,
    InvalidRedirectUri,
    InvalidRequestUri,
    InvalidScope,
    InvalidTarget,
    MalformedParameter,
    MissingCodeChallenge,
    PushedRequestUri,
    RepeatedParameter,
    UnsupportedResponseType,
)
from tests.issuer.services.authorizing import (
    CLIENT,
    OTHER_THUMBPRINT,
    REDIRECT,
    THUMBPRINT,
    Flow,
    outcome,
    request,
    sender,
)
from tests.issuer.services.issuer_in_memory import ISSUER, PHOTO_CARD, PROOF_OF_AGE, IssuerInMemory


@pytest.fixture
def flow() -> Flow:
    return Flow()


def details(*entries: dict[str, Any]) -> str:
    return json.dumps([{"type": "openid_credential", **entry} for entry in entries])


BY_ID = {"credential_configuration_id": PHOTO_CARD}


async def test_4_16_a_request_uri_is_long_enough_short_lived_and_new_each_time(flow: Flow) -> None:
    one, other = [await flow.server.push(request(), sender()) for _ in range(2)]
    assert one.request_uri != other.request_uri
    assert one.request_uri.startswith("urn:ietf:params:oauth:request_uri:")
    assert len(one.request_uri.rpartition(":")[2]) >= 43  # 256 bits
    assert 0 < one.expires_in < 600
    assert flow.issuer.events(EventName.AUTHORIZATION_PUSHED) == 2


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"redirect_uri": "https://wallet.example/cb"}, UnregisteredRedirectUri, "invalid_request"),
        ({"redirect_uri": None}, InvalidRedirectUri, "invalid_request"),
        ({"redirect_uri": "javascript:alert(1)"}, InvalidRedirectUri, "invalid_request"),
        ({"redirect_uri": REDIRECT + "#x"}, InvalidRedirectUri, "invalid_request"),
        ({"response_type": "token"}, UnsupportedResponseType, "unsupported_response_type"),
        ({"code_challenge": None}, MissingCodeChallenge, "invalid_request"),
        ({"code_challenge_method": "plain"}, MissingCodeChallenge, "invalid_request"),
        ({"code_challenge_method": None}, MissingCodeChallenge, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, PushedRequestUri, "invalid_request"),
        ({"scope": "passport"}, InvalidScope, "invalid_scope"),
        ({"scope": None}, InvalidScope, "invalid_scope"),
        ({"resource": "https://another.example"}, InvalidTarget, "invalid_target"),
        (
            {"authorization_details": '[{"type": "payment_initiation"}]'},
            InvalidAuthorizationDetails,
            "invalid_authorization_details",
        ),
        (
            {"authorization_details": details({"credential_configuration_id": "passport"})},
            InvalidAuthorizationDetails,
            "invalid_authorization_details",
        ),
        (
            {"authorization_details": details({**BY_ID, "locations": ["https://another.example"]})},
            InvalidAuthorizationDetails,
            "invalid_authorization_details",
        ),
        ({"authorization_details": "{}"}, InvalidAuthorizationDetails, "invalid_authorization_details"),
    ],
)
async def test_a_request_that_is_not_good_is_refused_when_it_is_pushed(
    flow: Flow, changes: dict[str, Any], error: type[ProtocolError], code: str
) -> None:
    with pytest.raises(error) as refused:
        await flow.push(**changes)
    assert refused.value.code == code
    assert flow.issuer.events(EventName.AUTHORIZATION_PUSHED) == 0


async def test_a_parameter_twice_is_refused(flow: Flow) -> None:
    for name, value in request():
        with pytest.raises(RepeatedParameter):
            await flow.server.push([*request(), (name, value)], sender())


@pytest.mark.parametrize(
    ("changes", "wanted", "by_details"),
    [
        ({"scope": f"openid {PHOTO_CARD} offline_access unknown"}, {PHOTO_CARD}, set()),
        ({"scope": None, "authorization_details": details(BY_ID)}, {PHOTO_CARD}, {PHOTO_CARD}),
        (
            {"scope": None, "authorization_details": details({**BY_ID, "locations": [ISSUER]})},
            {PHOTO_CARD},
            {PHOTO_CARD},
        ),
        ({"scope": PHOTO_CARD, "authorization_details": details(BY_ID)}, {PHOTO_CARD}, {PHOTO_CARD}),
        (
            {"scope": PROOF_OF_AGE, "authorization_details": details(BY_ID, BY_ID)},
            {PHOTO_CARD, PROOF_OF_AGE},
            {PHOTO_CARD},
        ),
        ({"resource": ISSUER, "unknown": "parameter"}, {PHOTO_CARD}, set()),
    ],
)
async def test_4_15_scopes_and_details_say_what_is_asked_for_and_details_win(
    flow: Flow, changes: dict[str, Any], wanted: set[str], by_details: set[str]
) -> None:
    cookie = await flow.session(**changes)
    shown = await flow.server.sessions.of(cookie)
    assert set(shown.configuration_ids) == wanted
    assert len(shown.configuration_ids) == len(wanted)
    token = await flow.redeem(await flow.code(**changes))
    assert bool(token.authorization_details) == bool(by_details)


async def test_4_16_a_request_uri_is_good_for_once(flow: Flow) -> None:
    reference = await flow.push()
    outcomes = await asyncio.gather(*(outcome(flow.arrive(reference)) for _ in range(8)))
    assert sorted(outcomes) == ["InvalidRequestUri"] * 7 + ["ok"]
    with pytest.raises(InvalidRequestUri) as refused:
        await flow.arrive(reference)
    assert refused.value.code == "invalid_request_uri"


async def test_4_16_a_request_uri_belongs_to_the_client_that_pushed_it(flow: Flow) -> None:
    reference = await flow.push()
    for stranger in ("another", CLIENT + "/", CLIENT.upper()):
        with pytest.raises(InvalidRequestUri):
            await flow.arrive(reference, stranger)
    assert (await flow.arrive(reference)).cookie


async def test_4_16_a_request_uri_ends(flow: Flow) -> None:
    early, late = await flow.push(), await flow.push()
    flow.issuer.clock.advance(seconds=299)
    assert (await flow.arrive(early)).cookie
    flow.issuer.clock.advance(seconds=1)
    with pytest.raises(InvalidRequestUri):
        await flow.arrive(late)


@pytest.mark.parametrize("reference", ["https://attacker.example/request", "urn:x", "data:,x"])
async def test_nothing_is_fetched_from_a_request_uri(flow: Flow, reference: str) -> None:
    with pytest.raises(InvalidRequestUri):
        await flow.arrive(reference)


async def test_4_16_with_a_request_uri_all_other_parameters_are_ignored(flow: Flow) -> None:
    reference = await flow.push()
    changed = request(
        scope=PROOF_OF_AGE, redirect_uri="com.attacker:/cb", state="another", code_challenge="x"
    )
    start = await flow.server.sessions.start([*changed, ("request_uri", reference)])
    assert start.cookie is not None
    shown = await flow.server.sessions.of(start.cookie)
    assert (shown.configuration_ids, shown.redirect_source) == ((PHOTO_CARD,), "com.example.wallet:")
    assert (await flow.server.sessions.refuse(start.cookie)).startswith(REDIRECT)


class TestClients:
    """Who may push (6.05)."""

    @staticmethod
    def registered(flow: Flow, authentication: ClientAuthentication) -> PushAuthorizationRequest:
        redirects = frozenset({"https://wallet.example/cb?a=1"})
        client = Client(ClientId(CLIENT), redirects, {"en": "Wallet"}, authentication)
        read = replace(flow.server.push.read, clients=Clients({CLIENT: client}, anybody=False))
        return replace(flow.server.push, read=read)

    @pytest.mark.parametrize(
        "uri",
        [
            "https://wallet.example/cb",
            "https://wallet.example/cb?a=1&b=2",
            "https://wallet.example/cb?a=1&",
            "https://wallet.example/cb?a=1%20",
            "https://wallet.example:443/cb?a=1",
            "https://WALLET.example/cb?a=1",
            "https://wallet.example/cb/../cb?a=1",
            "https://wallet.example.attacker.example/cb?a=1",
            "http://localhost/cb?a=1",
        ],
    )
    async def test_a_redirect_uri_is_compared_character_for_character(self, flow: Flow, uri: str) -> None:
        push = self.registered(flow, ClientAuthentication.NONE)
        assert (await push(request(redirect_uri="https://wallet.example/cb?a=1"), sender())).request_uri
        with pytest.raises(UnregisteredRedirectUri):
            await push(request(redirect_uri=uri), sender())

    async def test_a_client_that_nobody_registered_is_refused_outside_the_sandbox(self, flow: Flow) -> None:
        push = self.registered(flow, ClientAuthentication.NONE)
        with pytest.raises(InvalidClient):
            await push(request(client_id="another"), sender("another"))

    async def test_6_05_an_attested_client_is_not_believed_without_its_attestation(self, flow: Flow) -> None:
        push = self.registered(flow, ClientAuthentication.ATTESTATION)
        good = request(redirect_uri="https://wallet.example/cb?a=1")
        with pytest.raises(InvalidClient):
            await push(good, sender())
        assert (await push(good, sender(instance=THUMBPRINT))).request_uri

    async def test_an_attestation_of_one_client_pushes_nothing_for_another(self, flow: Flow) -> None:
        other = sender("https://another.example", instance=THUMBPRINT)
        with pytest.raises(InvalidClient):
            await flow.push(other)

    @pytest.mark.parametrize(
        "uri", ["http://127.0.0.1:4711/cb", "http://localhost/cb", "http://[::1]:80/", "eudi-openid4ci:x"]
    )
    async def test_the_sandbox_takes_strangers_whose_answer_stays_on_the_device(
        self, flow: Flow, uri: str
    ) -> None:
        shown = await flow.server.sessions.of(await flow.session(redirect_uri=uri))
        assert (shown.registered, shown.client_name) == (False, {})

    async def test_production_takes_no_strangers(self) -> None:
        settings = {"profile": "production", "login_issuer": "https://login.example"}
        with pytest.raises(InvalidClient):
            await Flow(IssuerInMemory(settings=settings)).push()


class TestKeys:
    """RFC 9449 section 10: a code is for the holder of the key that was named or shown."""

    async def test_dpop_jkt_and_the_proof_name_one_key(self, flow: Flow) -> None:
        assert await flow.push(sender(dpop=THUMBPRINT), dpop_jkt=THUMBPRINT)
        with pytest.raises(MalformedParameter) as refused:
            await flow.push(sender(dpop=THUMBPRINT), dpop_jkt=OTHER_THUMBPRINT)
        assert refused.value.code == "invalid_request"

    @pytest.mark.parametrize(
        ("pushed_by", "named", "bound"),
        [
            (sender(), None, SenderKeys()),
            (sender(), THUMBPRINT, SenderKeys(THUMBPRINT)),
            (sender(dpop=THUMBPRINT), None, SenderKeys(THUMBPRINT)),
            (sender(instance=THUMBPRINT), None, SenderKeys(None, THUMBPRINT)),
        ],
    )
    async def test_the_code_is_bound_to_what_was_named_or_shown(
        self, flow: Flow, pushed_by: Sender, named: str | None, bound: SenderKeys
    ) -> None:
        code = await flow.code(pushed_by, dpop_jkt=named)
        if bound.any:
            assert await outcome(flow.redeem(code)) == "OtherSenderKey"
            other = sender(dpop=OTHER_THUMBPRINT, instance=OTHER_THUMBPRINT)
            assert await outcome(flow.redeem(code, other)) == "OtherSenderKey"
        right = sender(dpop=bound.dpop, instance=bound.instance)
        assert (await flow.redeem(code, right)).access_token


def test_6_01_lifetimes_are_those_of_the_profile() -> None:
    assert timedelta(seconds=60) >= CODE_LIFETIME
    assert timedelta(seconds=600) > PUSHED_REQUEST_LIFETIME
