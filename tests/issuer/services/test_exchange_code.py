"""Authorization codes: for whom they are good, once, and what a second use costs (RFC 6749 section 4.1)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from issuer.domain.authorization import Sender
from issuer.domain.event import EventName
from issuer.domain.grant import credential_identifier
from issuer.domain.grant_errors import ExpiredCode, ForeignCode, OtherSenderKey, SpentCode, UnknownCode
from issuer.services.secrets_of_offers import hash_secret
from specs.encoding import parse_json_object
from specs.errors import ProtocolError
from specs.jose import parse_jws
from specs.oauth import (
    InvalidAuthorizationDetails,
    InvalidClient,
    MissingParameter,
    RefreshTokenRequest,
    TokenResponse,
    WrongCodeVerifier,
)
from tests.issuer.services.authorizing import (
    CLIENT,
    OTHER_THUMBPRINT,
    THUMBPRINT,
    Flow,
    outcome,
    sender,
    token_request,
)
from tests.issuer.services.issuer_in_memory import MAYA, PHOTO_CARD, PROOF_OF_AGE
from tests.issuer.surroundings import Interleaved

DETAILS = ({"type": "openid_credential", "credential_configuration_id": PHOTO_CARD},)
BOTH = f"{PHOTO_CARD} {PROOF_OF_AGE}"


@pytest.fixture
def flow() -> Flow:
    return Flow()


def claims_of(token: TokenResponse) -> dict[str, Any]:
    return parse_json_object(parse_jws(token.access_token, max_bytes=8192).payload, max_bytes=8192)


def interleaved(flow: Flow) -> Any:
    """The service on a store that gives way to others before and after each call."""
    code = flow.issuer.issuer.tokens.code
    assert code is not None
    return replace(code, store=Interleaved(code.store))


async def grants_left(flow: Flow, refresh_token: str, by: Sender) -> str:
    request = RefreshTokenRequest(refresh_token, client_id=CLIENT)
    return await outcome(flow.issuer.issuer.tokens(request, by))


async def test_a_code_gives_a_token_for_what_the_resident_agreed_to(flow: Flow) -> None:
    code = await flow.code(agreed=(PROOF_OF_AGE,), scope=BOTH)
    assert len(code) >= 43  # 256 bits
    token = await flow.redeem(code)
    claims = claims_of(token)
    assert claims["credential_configuration_ids"] == [PROOF_OF_AGE]
    assert (claims["client_id"], token.scope, token.token_type) == (CLIENT, (PROOF_OF_AGE,), "Bearer")
    assert (token.authorization_details, token.refresh_token) == ((), None)
    grant = flow.issuer.issuer.senders.authorize.grant_of(token.access_token)
    assert grant.subject_ref == MAYA
    assert MAYA not in token.access_token


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"code_verifier": "w" * 43}, WrongCodeVerifier, "invalid_grant"),
        ({"code_verifier": "short"}, WrongCodeVerifier, "invalid_grant"),
        ({"redirect_uri": "com.example.wallet:/other"}, ForeignCode, "invalid_grant"),
        ({"redirect_uri": "com.example.wallet:/cb?a=1"}, ForeignCode, "invalid_grant"),
        ({"redirect_uri": None}, MissingParameter, "invalid_request"),
        ({"code": "guess"}, UnknownCode, "invalid_grant"),
        (
            {"authorization_details": ({**DETAILS[0], "credential_configuration_id": PROOF_OF_AGE},)},
            InvalidAuthorizationDetails,
            "invalid_authorization_details",
        ),
        (
            {"authorization_details": ({"type": "another"},)},
            InvalidAuthorizationDetails,
            "invalid_authorization_details",
        ),
    ],
)
async def test_a_code_is_good_only_with_what_it_was_asked_for_and_is_not_spent_by_trying(
    flow: Flow, changes: dict[str, Any], error: type[ProtocolError], code: str
) -> None:
    real = await flow.code()
    request = token_request(**({"code": real} | changes))
    with pytest.raises(error) as refused:
        await flow.issuer.issuer.tokens(request, sender())
    assert refused.value.code == code
    assert (await flow.redeem(real)).access_token


async def test_a_code_of_one_client_is_worth_nothing_to_another(flow: Flow) -> None:
    """Code injection: an attacker's wallet redeems a code that was given to another."""
    code = await flow.code()
    for client_id in ("https://attacker.example", CLIENT + "/"):
        with pytest.raises(ForeignCode) as refused:
            await flow.redeem(code, sender(client_id), client_id=client_id)
        assert refused.value.code == "invalid_grant"
    with pytest.raises(InvalidClient):
        await flow.redeem(code, sender(None), client_id=None)
    assert (await flow.redeem(code)).access_token


async def test_a_stolen_code_without_its_verifier_or_injected_into_another_session_is_refused(
    flow: Flow,
) -> None:
    """RFC 9700 section 4.5: each authorization request has a challenge of its own."""
    stolen, own = (
        await flow.code(),
        await flow.code(code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    )
    with pytest.raises(WrongCodeVerifier):
        await flow.redeem(own)
    with pytest.raises(WrongCodeVerifier):
        await flow.redeem(stolen, code_verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert (await flow.redeem(own, code_verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).access_token


async def test_6_01_a_code_lives_for_a_minute(flow: Flow) -> None:
    early, late = await flow.code(), await flow.code()
    flow.issuer.clock.advance(seconds=59.999)
    assert (await flow.redeem(early)).access_token
    flow.issuer.clock.advance(seconds=0.001)
    with pytest.raises(ExpiredCode) as refused:
        await flow.redeem(late)
    assert refused.value.code == "invalid_grant"


async def test_a_second_use_of_a_code_revokes_what_the_first_one_gave(flow: Flow) -> None:
    """RFC 6749 section 4.1.2: refresh token and grant."""
    holder = sender(dpop=THUMBPRINT)
    code = await flow.code(holder)
    first = await flow.redeem(code, holder)
    assert first.refresh_token is not None
    assert await grants_left(flow, first.refresh_token, holder) == "ok"
    flow.issuer.clock.advance(seconds=30)
    thief = sender("https://attacker.example", dpop=OTHER_THUMBPRINT)
    with pytest.raises(SpentCode) as refused:
        await flow.redeem(code, thief, code_verifier="w" * 43)
    assert refused.value.code == "invalid_grant"
    assert await grants_left(flow, first.refresh_token, holder) == "UnknownRefreshToken"
    assert flow.issuer.events(EventName.CODE_USED_AGAIN) == 1
    with pytest.raises(SpentCode):
        await flow.redeem(code, holder)
    assert flow.issuer.events(EventName.CODE_USED_AGAIN) == 1


async def test_a_code_is_recognised_as_spent_long_after_its_minute(flow: Flow) -> None:
    holder = sender(dpop=THUMBPRINT)
    code = await flow.code(holder)
    first = await flow.redeem(code, holder)
    flow.issuer.clock.advance(hours=23)
    await flow.issuer.authorizations.purge_authorizations(flow.issuer.clock.now())
    with pytest.raises(SpentCode):
        await flow.redeem(code, holder)
    assert await grants_left(flow, first.refresh_token or "", holder) == "UnknownRefreshToken"


async def test_of_parallel_redemptions_one_wins_and_nothing_of_it_survives(flow: Flow) -> None:
    holder = sender(dpop=THUMBPRINT)
    code = await flow.code(holder)
    redeem = interleaved(flow)
    tasks = [asyncio.ensure_future(redeem(token_request(code), holder)) for _ in range(8)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    [won] = [one for one in results if isinstance(one, TokenResponse)]
    assert {type(one) for one in results if one is not won} == {SpentCode}
    assert flow.issuer.events(EventName.CODE_EXCHANGED) == 1
    assert await grants_left(flow, won.refresh_token or "", holder) == "UnknownRefreshToken"


async def test_another_process_that_is_faster_leaves_the_slower_one_nothing(flow: Flow) -> None:
    code = await flow.code()
    service = flow.issuer.issuer.tokens.code
    assert service is not None
    other = flow.issuer.another_process()
    slow = Interleaved(
        service.store, {"spend_code": lambda: other.issuer.tokens(token_request(code), sender())}
    )
    with pytest.raises(SpentCode):
        await replace(service, store=slow)(token_request(code), sender())
    kept = await flow.issuer.authorizations.find_code(hash_secret(code))
    grant = await flow.issuer.authorizations.find_grant(kept.grant_id)
    assert grant.revoked


class TestWhatTheTokenSays:
    """4.19 to 4.22."""

    async def test_4_19_details_in_the_authorization_request_are_answered(self, flow: Flow) -> None:
        asked = '[{"type": "openid_credential", "credential_configuration_id": "photo-card"}]'
        token = await flow.redeem(await flow.code(scope=PROOF_OF_AGE, authorization_details=asked))
        named = {
            one["credential_configuration_id"]: one["credential_identifiers"]
            for one in token.authorization_details
        }
        assert named == {one: [credential_identifier(one)] for one in (PHOTO_CARD, PROOF_OF_AGE)}
        assert claims_of(token)["credential_identifiers"] == {
            credential_identifier(one): one for one in (PHOTO_CARD, PROOF_OF_AGE)
        }

    async def test_4_19_details_in_the_token_request_narrow_and_are_answered(self, flow: Flow) -> None:
        token = await flow.redeem(await flow.code(scope=BOTH), authorization_details=DETAILS)
        assert claims_of(token)["credential_configuration_ids"] == [PHOTO_CARD]
        [answered] = token.authorization_details
        assert answered["credential_configuration_id"] == PHOTO_CARD

    async def test_4_20_a_token_lives_for_an_hour_only_when_it_is_bound_to_a_key(self, flow: Flow) -> None:
        bearer = await flow.redeem(await flow.code())
        holder = sender(dpop=THUMBPRINT)
        bound = await flow.redeem(await flow.code(holder), holder)
        assert (bearer.token_type, bearer.expires_in) == ("Bearer", 300)
        assert (bound.token_type, bound.expires_in) == ("DPoP", 3600)
        assert claims_of(bound)["cnf"] == {"jkt": THUMBPRINT}

    async def test_4_22_a_code_that_is_bound_to_a_key_gives_nothing_to_another(self, flow: Flow) -> None:
        holder = sender(dpop=THUMBPRINT, instance=OTHER_THUMBPRINT)
        code = await flow.code(holder)
        for thief in (
            sender(),
            sender(dpop=OTHER_THUMBPRINT),
            sender(dpop=THUMBPRINT),
            sender(instance=OTHER_THUMBPRINT),
            sender(dpop=OTHER_THUMBPRINT, instance=OTHER_THUMBPRINT),
        ):
            with pytest.raises(OtherSenderKey) as refused:
                await flow.redeem(code, thief)
            assert refused.value.code == "invalid_grant"
        assert (await flow.redeem(code, holder)).token_type == "DPoP"

    async def test_a_refresh_token_is_given_only_to_a_key(self, flow: Flow) -> None:
        for by in (sender(), sender(dpop=THUMBPRINT), sender(instance=THUMBPRINT)):
            token = await flow.redeem(await flow.code(by), by)
            assert (token.refresh_token is not None) is by.keys.any
            assert len(token.refresh_token or "x" * 43) >= 43
