"""The token endpoint's use case: who gets a token for a pre-authorized code, once, and what is in it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.domain.authorization import ANONYMOUS
from issuer.domain.event import EventName
from issuer.domain.offer import OfferState
from issuer.services.create_offer import CreatedOffer
from issuer.services.exchange_token import ExchangeToken
from issuer.services.redeem_offer import RedeemOffer
from specs.encoding import parse_json_object
from specs.errors import ProtocolError
from specs.jose import parse_jws
from specs.oauth import PreAuthorizedCodeRequest
from specs.openid4vci.errors import (
    AnonymousAccessNotAllowed,
    MissingTxCode,
    RedeemedPreAuthorizedCode,
    UnexpectedTxCode,
    UnknownPreAuthorizedCode,
    WrongTxCode,
)
from tests.issuer.services.authorizing import sender
from tests.issuer.services.issuer_in_memory import (
    CLERK,
    ISSUER,
    MAYA,
    PHOTO_CARD,
    PROOF_OF_AGE,
    IssuerInMemory,
)
from tests.issuer.surroundings import Interleaved


@pytest.fixture
def issuer() -> IssuerInMemory:
    return IssuerInMemory()


def claims_of(token: str) -> dict[str, object]:
    return parse_json_object(parse_jws(token, max_bytes=8192).payload, max_bytes=8192)


async def attempt(exchange: RedeemOffer | ExchangeToken, code: str, tx_code: str | None = None) -> str:
    """What came of it: ``ok`` or the registered code of the refusal."""
    try:
        await exchange(PreAuthorizedCodeRequest(code, tx_code), ANONYMOUS)
    except ProtocolError as error:
        return error.code
    return "ok"


async def test_4_21_a_token_is_good_for_what_was_offered_and_for_five_minutes(issuer: IssuerInMemory) -> None:
    offer = await issuer.offer(PHOTO_CARD, PROOF_OF_AGE)
    token = await issuer.redeem(offer)
    claims = claims_of(token)
    assert parse_jws(token, max_bytes=8192).header["typ"] == "at+jwt"
    assert (claims["iss"], claims["aud"]) == (ISSUER, ISSUER)
    assert claims["credential_configuration_ids"] == [PHOTO_CARD, PROOF_OF_AGE]
    assert claims["exp"] == claims["iat"] + 300  # type: ignore[operator]  # numbers
    assert "client_id" not in claims
    assert issuer.issuer.senders.authorize.grant_of(token).subject_ref == MAYA


async def test_a_token_tells_nothing_about_the_person_and_two_of_one_person_share_nothing(
    issuer: IssuerInMemory,
) -> None:
    one, other = [await issuer.redeem(await issuer.offer()) for _ in range(2)]
    assert MAYA not in one
    assert MAYA not in repr(claims_of(one))
    for name in ("sub", "jti"):
        assert claims_of(one)[name] != claims_of(other)[name]


@pytest.mark.parametrize(
    ("asked", "sent", "code", "error"),
    [
        (True, "right", "ok", None),
        (True, "wrong", "invalid_grant", WrongTxCode),
        (True, None, "invalid_request", MissingTxCode),
        (False, None, "ok", None),
        (False, "right", "invalid_request", UnexpectedTxCode),
    ],
)
async def test_4_18_the_transaction_code_is_there_exactly_when_it_was_asked_for(
    issuer: IssuerInMemory, asked: bool, sent: str | None, code: str, error: type[ProtocolError] | None
) -> None:
    offer = await issuer.offer(with_transaction_code=asked)
    tx_code = {"right": offer.transaction_code or "123456", "wrong": wrong(offer), None: None}[sent]
    assert await attempt(issuer.issuer.tokens, offer.code, tx_code) == code
    if error is not None:
        with pytest.raises(error):
            await issuer.issuer.tokens(PreAuthorizedCodeRequest(offer.code, tx_code), ANONYMOUS)
        # the code was not burnt by it (keycloak #49787)
        assert (await issuer.issuer.offers.state(offer.offer.offer_id))[1] is OfferState.OPEN
        assert await issuer.redeem(offer)


@pytest.mark.parametrize("typed", ["", "0", "one two three", "１２３４５６", "1" * 64])
async def test_nothing_else_passes_for_the_transaction_code(issuer: IssuerInMemory, typed: str) -> None:
    offer = await issuer.offer(with_transaction_code=True)
    assert await attempt(issuer.issuer.tokens, offer.code, typed) == "invalid_grant"


async def test_4_14_after_five_wrong_transaction_codes_the_right_one_is_of_no_use(
    issuer: IssuerInMemory,
) -> None:
    offer, other = [await issuer.offer(with_transaction_code=True) for _ in range(2)]
    outcomes = [await attempt(issuer.issuer.tokens, offer.code, wrong(offer)) for _ in range(5)]
    outcomes.append(await attempt(issuer.issuer.tokens, offer.code, offer.transaction_code))
    assert outcomes == ["invalid_grant"] * 6
    assert issuer.events(EventName.OFFER_TRIED) == 5
    assert await issuer.redeem(other)


async def test_4_14_the_fifth_attempt_may_still_be_the_right_one(issuer: IssuerInMemory) -> None:
    offer = await issuer.offer(with_transaction_code=True)
    for _ in range(4):
        await attempt(issuer.issuer.tokens, offer.code, wrong(offer))
    assert await issuer.redeem(offer)


async def test_4_14_parallel_guesses_do_not_outrun_the_limit() -> None:
    issuer = IssuerInMemory()
    offer = await issuer.offer(with_transaction_code=True)
    assert offer.transaction_code is not None
    exchange = replace(issuer.issuer.tokens.offer, offers=Interleaved(issuer.store))
    guesses = [str(number).zfill(6) for number in range(50) if str(number).zfill(6) != offer.transaction_code]
    outcomes = await asyncio.gather(*(attempt(exchange, offer.code, guess) for guess in guesses))
    assert set(outcomes) == {"invalid_grant"}
    assert issuer.events(EventName.OFFER_TRIED) == 5
    with pytest.raises(UnknownPreAuthorizedCode):
        await issuer.redeem(offer)


async def test_4_12_of_many_requests_with_one_code_one_gets_a_token() -> None:
    issuer = IssuerInMemory()
    offer = await issuer.offer()
    exchange = replace(issuer.issuer.tokens.offer, offers=Interleaved(issuer.store))
    outcomes = await asyncio.gather(*(attempt(exchange, offer.code) for _ in range(5)))
    assert sorted(outcomes) == ["invalid_grant"] * 4 + ["ok"]
    assert issuer.events(EventName.OFFER_REDEEMED) == 1


async def test_4_12_a_code_is_good_for_once(issuer: IssuerInMemory) -> None:
    offer = await issuer.offer()
    await issuer.redeem(offer)
    with pytest.raises(UnknownPreAuthorizedCode):
        await issuer.redeem(offer)


async def test_who_loses_the_race_at_the_last_moment_gets_no_token() -> None:
    """Another process redeems after our check and before our own redemption."""
    issuer = IssuerInMemory()
    offer = await issuer.offer()
    slow = Interleaved(issuer.store, {"redeem": lambda: issuer.redeem(offer)})
    redeem = replace(issuer.issuer.tokens.offer, offers=slow)
    with pytest.raises(RedeemedPreAuthorizedCode):
        await redeem(PreAuthorizedCodeRequest(offer.code), ANONYMOUS)
    assert issuer.events(EventName.OFFER_REDEEMED) == 1


async def test_4_12_a_code_ends_with_its_offer(issuer: IssuerInMemory) -> None:
    early, late, withdrawn = [await issuer.offer() for _ in range(3)]
    await issuer.issuer.offers.withdraw(withdrawn.offer.offer_id, actor=CLERK)
    assert await attempt(issuer.issuer.tokens, withdrawn.code) == "invalid_grant"
    issuer.clock.moment = early.offer.expires_at - timedelta(milliseconds=1)
    assert await attempt(issuer.issuer.tokens, early.code) == "ok"
    issuer.clock.moment = late.offer.expires_at
    assert await attempt(issuer.issuer.tokens, late.code) == "invalid_grant"


async def test_a_code_that_was_never_given_out_is_refused_and_leaves_no_trace(issuer: IssuerInMemory) -> None:
    offer = await issuer.offer()
    # the reference travels in the QR code; it must not redeem the offer that it finds
    for code in ("never-was", offer.reference, offer.offer.offer_id, offer.code[:-1]):
        assert await attempt(issuer.issuer.tokens, code) == "invalid_grant"
    assert issuer.events(EventName.OFFER_TRIED) == 0


async def test_4_18_a_client_without_a_name_is_refused_where_anonymous_access_is_off() -> None:
    issuer = IssuerInMemory(settings={"anonymous_access": False})
    offer = await issuer.offer()
    with pytest.raises(AnonymousAccessNotAllowed) as refused:
        await issuer.redeem(offer)
    assert refused.value.code == "invalid_client"
    named = PreAuthorizedCodeRequest(offer.code, client_id="wallet-1")
    token = (await issuer.issuer.tokens(named, sender("wallet-1"))).access_token
    assert issuer.issuer.senders.authorize.grant_of(token).client_id == "wallet-1"


def wrong(offer: CreatedOffer) -> str:
    """Six digits that are not the right ones."""
    right = int(offer.transaction_code or "0")
    return str((right + 1) % 10**6).zfill(6)
