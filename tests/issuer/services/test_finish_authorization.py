"""What pages can do with an authorization session, in which order, and what comes of it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from issuer.domain.event import EventName, SubjectRef
from issuer.domain.offer import OfferGrant, OfferId, OfferState
from issuer.errors import AuthorizationSessionOver, UnknownClient, UnregisteredRedirectUri
from issuer.services.create_offer import OfferTerms
from specs.oauth import (
    InvalidRequestUri,
    MissingParameter,
    RepeatedParameter,
    TemporarilyUnavailable,
)
from tests.issuer.services.authorizing import REDIRECT, Flow, answer_of, outcome, request
from tests.issuer.services.issuer_in_memory import (
    CLERK,
    ISSUER,
    MAYA,
    PHOTO_CARD,
    PROOF_OF_AGE,
    IssuerInMemory,
)
from tests.issuer.surroundings import Interleaved, resident

NOAH = SubjectRef("noah")


@pytest.fixture
def flow() -> Flow:
    return Flow()


class TestAnswers:
    """4.17: who answered, and to which request."""

    async def test_a_good_answer_has_code_state_and_issuer_and_nothing_else(self, flow: Flow) -> None:
        cookie = await flow.consenting(state="a&b=c +#")
        url = await flow.server.sessions.consent(cookie, [PHOTO_CARD])
        assert url.startswith(REDIRECT + "?")
        answer = answer_of(url)
        assert set(answer) == {"code", "state", "iss"}
        assert (answer["state"], answer["iss"]) == ("a&b=c +#", ISSUER)

    async def test_without_state_there_is_none(self, flow: Flow) -> None:
        url = await flow.server.sessions.consent(await flow.consenting(state=None), [PHOTO_CARD])
        assert set(answer_of(url)) == {"code", "iss"}

    async def test_a_refusal_says_access_denied_and_who_says_so(self, flow: Flow) -> None:
        before, after = await flow.session(), await flow.consenting()
        for cookie in (before, after):
            answer = answer_of(await flow.server.sessions.refuse(cookie))
            assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "a state", ISSUER)
            assert "code" not in answer
        assert flow.issuer.events(EventName.AUTHORIZATION_REFUSED) == 2

    async def test_where_sign_in_failed_the_wallet_is_told_that_instead(self, flow: Flow) -> None:
        url = await flow.server.sessions.refuse(await flow.session(), TemporarilyUnavailable())
        assert answer_of(url)["error"] == "temporarily_unavailable"


class TestPlainRequests:
    """Parameters through the browser, where requests need not be pushed."""

    async def test_a_good_one_starts_a_session(self, flow: Flow) -> None:
        start = await flow.server.sessions.start(request())
        assert start.redirect is None
        assert (await flow.server.sessions.of(start.cookie or "")).configuration_ids == (PHOTO_CARD,)

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"code_challenge": None}, "invalid_request"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"scope": "passport"}, "invalid_scope"),
            ({"authorization_details": '[{"type":"x"}]'}, "invalid_authorization_details"),
            ({"resource": "https://another.example"}, "invalid_target"),
            ({"request": "e30.e30."}, "request_not_supported"),
        ],
    )
    async def test_what_is_wrong_with_the_rest_is_told_to_the_wallet(
        self, flow: Flow, changes: dict[str, str], error: str
    ) -> None:
        start = await flow.server.sessions.start(request(**changes))
        assert start.cookie is None
        answer = answer_of(start.redirect or "")
        assert (answer["error"], answer["state"], answer["iss"]) == (error, "a state", ISSUER)
        assert flow.issuer.events(EventName.AUTHORIZATION_STARTED) == 0

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"client_id": None}, MissingParameter),
            ({"redirect_uri": "https://attacker.example/cb"}, UnregisteredRedirectUri),
            ({"redirect_uri": "https://attacker.example/cb", "scope": "passport"}, UnregisteredRedirectUri),
            ({"request_uri": "https://attacker.example/request"}, InvalidRequestUri),
        ],
    )
    async def test_nothing_is_sent_to_an_address_that_is_not_the_clients(
        self, flow: Flow, changes: dict[str, str | None], error: type[Exception]
    ) -> None:
        """No open redirect, not even with an error (RFC 6749 section 4.1.2.1)."""
        with pytest.raises(error):
            await flow.server.sessions.start(request(**changes))

    async def test_a_redirect_uri_twice_is_nobodys(self, flow: Flow) -> None:
        for value in (REDIRECT, "com.attacker:/cb"):
            with pytest.raises(RepeatedParameter):
                await flow.server.sessions.start([*request(), ("redirect_uri", value)])

    async def test_4_16_where_requests_must_be_pushed_the_wallet_is_told(self) -> None:
        settings = {"login_issuer": "https://login.example", "require_pushed_requests": True}
        flow = Flow(IssuerInMemory(settings=settings))
        start = await flow.server.sessions.start(request())
        answer = answer_of(start.redirect or "")
        assert (answer["error"], answer["iss"]) == ("invalid_request", ISSUER)
        assert await flow.session()

    async def test_production_requires_pushed_requests_and_registered_wallets(self) -> None:
        settings = {"profile": "production", "login_issuer": "https://login.example"}
        flow = Flow(IssuerInMemory(settings=settings))
        assert flow.server.sessions.begin.require_pushed
        with pytest.raises(UnknownClient):
            await flow.server.sessions.start(request())


class TestSessions:
    """What the pages can do with a session, and in which order."""

    async def test_session_fixation_the_cookie_from_before_sign_in_is_worth_nothing_after(
        self, flow: Flow
    ) -> None:
        """An attacker plants his session's cookie and waits for the victim to sign in."""
        planted = await flow.session()
        renewed = await flow.sign_in(planted)
        assert renewed != planted
        sessions = flow.server.sessions
        for call in (
            sessions.of(planted),
            sessions.consent(planted, [PHOTO_CARD]),
            sessions.refuse(planted),
            sessions.signed_in(planted, SubjectRef("attacker"), flow.issuer.clock.now()),
        ):
            with pytest.raises(AuthorizationSessionOver):
                await call
        assert (await sessions.of(renewed)).subject_ref == MAYA

    async def test_there_is_no_consent_before_sign_in_and_no_second_sign_in(self, flow: Flow) -> None:
        cookie = await flow.session()
        with pytest.raises(AuthorizationSessionOver):
            await flow.server.sessions.consent(cookie, [PHOTO_CARD])
        renewed = await flow.sign_in(cookie)
        with pytest.raises(AuthorizationSessionOver):
            await flow.sign_in(renewed, SubjectRef("somebody else"))

    async def test_of_many_consents_at_once_one_makes_a_code(self, flow: Flow) -> None:
        cookie = await flow.consenting()
        sessions = replace(flow.server.sessions, store=Interleaved(flow.issuer.authorizations))
        calls = [outcome(sessions.consent(cookie, [PHOTO_CARD])) for _ in range(6)]
        calls += [outcome(sessions.refuse(cookie)) for _ in range(2)]
        outcomes = await asyncio.gather(*calls)
        assert sorted(outcomes) == ["AuthorizationSessionOver"] * 7 + ["ok"]

    @pytest.mark.parametrize(
        "agreed", [(), (PROOF_OF_AGE,), (PHOTO_CARD, PROOF_OF_AGE), ("passport",)], ids=repr
    )
    async def test_nobody_agrees_to_nothing_or_to_what_was_not_asked_for(
        self, flow: Flow, agreed: tuple[Any, ...]
    ) -> None:
        cookie = await flow.consenting()
        assert await outcome(flow.server.sessions.consent(cookie, agreed)) == "NothingAgreed"
        assert await outcome(flow.server.sessions.consent(cookie, [PHOTO_CARD])) == "ok"

    async def test_a_session_ends_on_time(self, flow: Flow) -> None:
        cookie = await flow.consenting()
        flow.issuer.clock.moment = (await flow.server.sessions.of(cookie)).expires_at
        for call in (flow.server.sessions.of(cookie), flow.server.sessions.consent(cookie, [PHOTO_CARD])):
            with pytest.raises(AuthorizationSessionOver):
                await call


class TestOffersWithIssuerState:
    """4.11: anybody may have put it into the request; it never says who is at the browser."""

    async def offered(self, flow: Flow) -> tuple[OfferId, str]:
        created = await flow.issuer.issuer.offers.create(
            MAYA,
            (PHOTO_CARD,),
            with_transaction_code=False,
            actor=CLERK,
            terms=OfferTerms(OfferGrant.AUTHORIZATION_CODE),
        )
        return created.offer.offer_id, created.grant_secret

    async def state_of(self, flow: Flow, offer_id: OfferId) -> OfferState:
        return (await flow.issuer.issuer.offers.state(offer_id))[1]

    async def test_the_offer_is_redeemed_by_the_person_it_was_made_for(self, flow: Flow) -> None:
        offer_id, issuer_state = await self.offered(flow)
        code = await flow.code(issuer_state=issuer_state)
        assert await self.state_of(flow, offer_id) is OfferState.OPEN
        await flow.redeem(code)
        assert await self.state_of(flow, offer_id) is OfferState.REDEEMED

    async def test_somebody_else_gets_their_own_credentials_and_leaves_the_offer(self, flow: Flow) -> None:
        flow.issuer.register.residents[NOAH] = resident(2, given_name="Noah")
        offer_id, issuer_state = await self.offered(flow)
        cookie = await flow.sign_in(await flow.session(issuer_state=issuer_state), NOAH)
        url = await flow.server.sessions.consent(cookie, [PHOTO_CARD])
        token = await flow.redeem(answer_of(url)["code"])
        grant = flow.issuer.issuer.senders.authorize.grant_of(token.access_token)
        assert grant.subject_ref == NOAH
        assert await self.state_of(flow, offer_id) is OfferState.OPEN

    async def test_what_is_issued_is_what_the_wallet_asks_for(self, flow: Flow) -> None:
        _, issuer_state = await self.offered(flow)
        cookie = await flow.session(issuer_state=issuer_state, scope=PROOF_OF_AGE)
        assert (await flow.server.sessions.of(cookie)).configuration_ids == (PROOF_OF_AGE,)

    async def test_one_that_belongs_to_no_open_offer_is_ignored_and_noted(self, flow: Flow) -> None:
        pre_authorized = await flow.issuer.offer()
        _, withdrawn = await self.offered(flow)
        for offer in await flow.issuer.store.offers_of(MAYA, 9):
            await flow.issuer.issuer.offers.withdraw(offer.offer_id, actor=CLERK)
        for stray in ("guess", pre_authorized.reference, pre_authorized.code, withdrawn):
            assert await flow.session(issuer_state=stray)
            [pushed] = [
                event
                for event in flow.issuer.store.events[-3:]
                if event.name is EventName.AUTHORIZATION_PUSHED
            ]
            assert pushed.reason == "issuer_state_ignored"
