"""Renewal: who may come back with a refresh token, for how long, and when nothing is renewed (6.06, D3)."""

from typing import Any

import pytest

from issuer.domain.authorization import Sender
from issuer.domain.event import Event, EventName
from issuer.domain.grant_errors import OtherSenderKey, RenewalRefused, UnknownRefreshToken
from issuer.domain.status import StatusChange
from specs.encoding import parse_json_object
from specs.jose import parse_jws
from specs.oauth import (
    InvalidScope,
    PreAuthorizedCodeRequest,
    RefreshTokenRequest,
    TokenResponse,
    UnsupportedGrantType,
)
from tests.issuer.services.authorizing import (
    CLIENT,
    OTHER_THUMBPRINT,
    THUMBPRINT,
    Flow,
    sender,
)
from tests.issuer.services.issuer_in_memory import (
    CLERK,
    MAYA,
    PHOTO_CARD,
    PROOF_OF_AGE,
    IssuerInMemory,
)

HOLDER = sender(dpop=THUMBPRINT)
BOTH = f"{PHOTO_CARD} {PROOF_OF_AGE}"


@pytest.fixture
def flow() -> Flow:
    return Flow()


async def refresh_token(flow: Flow, by: Sender = HOLDER, **changes: Any) -> str:
    token = await flow.redeem(await flow.code(by, **changes), by)
    assert token.refresh_token is not None
    return token.refresh_token


async def refresh(flow: Flow, token: str, by: Sender = HOLDER, **changes: Any) -> TokenResponse:
    request = RefreshTokenRequest(token, client_id=by.client_id, **changes)
    return await flow.issuer.issuer.tokens(request, by)


def configurations_of(token: TokenResponse) -> list[str]:
    claims = parse_json_object(parse_jws(token.access_token, max_bytes=8192).payload, max_bytes=8192)
    return list(claims["credential_configuration_ids"])


async def test_6_06_a_refresh_token_is_good_until_it_is_too_old_and_is_not_exchanged(flow: Flow) -> None:
    token = await refresh_token(flow)
    for _ in range(3):
        again = await refresh(flow, token)
        assert (again.token_type, again.refresh_token) == ("DPoP", None)
        grant = flow.issuer.issuer.senders.authorize.grant_of(again.access_token)
        assert (grant.subject_ref, grant.jkt) == (MAYA, THUMBPRINT)
    flow.issuer.clock.advance(days=365, seconds=-1)
    assert (await refresh(flow, token)).access_token
    flow.issuer.clock.advance(seconds=1)
    with pytest.raises(UnknownRefreshToken) as refused:
        await refresh(flow, token)
    assert refused.value.code == "invalid_grant"


@pytest.mark.parametrize(
    "thief",
    [sender(), sender(dpop=OTHER_THUMBPRINT), sender(instance=THUMBPRINT)],
    ids=["no key", "another key", "a key of another kind"],
)
async def test_4_22_a_stolen_refresh_token_is_worth_nothing_without_its_key(
    flow: Flow, thief: Sender
) -> None:
    token = await refresh_token(flow)
    with pytest.raises(OtherSenderKey) as refused:
        await refresh(flow, token, thief)
    assert refused.value.code == "invalid_grant"
    assert (await refresh(flow, token)).access_token


async def test_4_27_a_refresh_token_of_an_attested_wallet_belongs_to_its_installation(flow: Flow) -> None:
    installation = sender(instance=THUMBPRINT)
    token = await refresh_token(flow, installation)
    assert (await refresh(flow, token, installation)).token_type == "Bearer"
    with pytest.raises(OtherSenderKey):
        await refresh(flow, token, sender(instance=OTHER_THUMBPRINT))


async def test_a_refresh_token_of_one_client_is_worth_nothing_to_another(flow: Flow) -> None:
    token = await refresh_token(flow)
    for client_id in ("https://attacker.example", None):
        with pytest.raises(UnknownRefreshToken):
            await refresh(flow, token, sender(client_id, dpop=THUMBPRINT))


async def test_nothing_else_passes_for_a_refresh_token(flow: Flow) -> None:
    token = await refresh_token(flow)
    code = await flow.code(HOLDER)
    for guess in ("guess", code, token[:-1], CLIENT):
        with pytest.raises(UnknownRefreshToken):
            await refresh(flow, guess)


@pytest.mark.parametrize("change", [StatusChange.SUSPEND, StatusChange.REVOKE])
async def test_a_suspended_or_revoked_card_is_not_renewed(flow: Flow, change: StatusChange) -> None:
    """Who finds a phone whose owner reported it must not get fresh copies (swiyu #718)."""
    token = await refresh_token(flow, scope=BOTH)
    await flow.issuer.issue(2, PHOTO_CARD)
    [card] = await flow.issuer.store.issuances_of(MAYA)
    reported = Event(EventName.CREDENTIAL_SUSPENDED, CLERK, flow.issuer.clock.now(), MAYA)
    assert await flow.issuer.store.change_status([card.issuance_id], change, [], reported)
    assert configurations_of(await refresh(flow, token)) == [PROOF_OF_AGE]
    with pytest.raises(RenewalRefused) as refused:
        await refresh(flow, token, scope=(PHOTO_CARD,))
    assert refused.value.code == "invalid_grant"


async def test_less_may_be_asked_for_and_never_more(flow: Flow) -> None:
    token = await refresh_token(flow, scope=BOTH)
    assert configurations_of(await refresh(flow, token, scope=(PROOF_OF_AGE,))) == [PROOF_OF_AGE]
    assert set(configurations_of(await refresh(flow, token))) == {PHOTO_CARD, PROOF_OF_AGE}
    narrow = await refresh_token(flow, scope=PROOF_OF_AGE)
    with pytest.raises(InvalidScope) as refused:
        await refresh(flow, narrow, scope=(PHOTO_CARD,))
    assert refused.value.code == "invalid_scope"


async def test_details_are_answered_at_renewal_too(flow: Flow) -> None:
    asked = '[{"type": "openid_credential", "credential_configuration_id": "photo-card"}]'
    token = await refresh_token(flow, scope=None, authorization_details=asked)
    [answered] = (await refresh(flow, token)).authorization_details
    assert answered["credential_identifiers"]


async def test_a_wallet_that_redeemed_an_offer_with_a_key_may_come_back(flow: Flow) -> None:
    offer = await flow.issuer.offer()
    anonymous = sender(None, dpop=THUMBPRINT)
    token = await flow.issuer.issuer.tokens(PreAuthorizedCodeRequest(offer.code), anonymous)
    assert token.refresh_token is not None
    assert configurations_of(await refresh(flow, token.refresh_token, anonymous)) == [PHOTO_CARD]
    with pytest.raises(OtherSenderKey):
        await refresh(flow, token.refresh_token, sender(None))


async def test_where_nothing_is_renewed_no_refresh_token_is_given_or_taken() -> None:
    flow = Flow(IssuerInMemory(settings={"login_issuer": "https://login.example", "refresh_days": 0}))
    token = await flow.redeem(await flow.code(HOLDER), HOLDER)
    assert token.refresh_token is None
    with pytest.raises(UnsupportedGrantType) as refused:
        await refresh(flow, "guess")
    assert refused.value.code == "unsupported_grant_type"
