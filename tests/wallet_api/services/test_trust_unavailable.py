"""Without a current trust list the wallet takes nothing, shows nothing, and calls nobody untrusted."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.simulators.wallet import World
from wallet_api.domain.account import Account
from wallet_api.domain.held_credential import CardStatus
from wallet_api.domain.trust import Trust
from wallet_api.errors import TrustUnavailable


class NoList:
    """``ports.TrustSource``."""

    def current(self, now: datetime) -> Trust:
        raise TrustUnavailable("trust_list_stale")


async def test_an_offer_is_not_opened_and_nobody_is_called(world: World, account: Account) -> None:
    opening = replace(world.wallet().open_offer, trust=NoList())
    with pytest.raises(TrustUnavailable):
        await opening(account, world.issuer.link())
    assert not world.internet.calls


async def test_what_was_issued_meanwhile_is_not_taken(world: World, account: Account) -> None:
    wallet = world.wallet()
    opened = await wallet.open_offer(account, world.issuer.link())
    wallet.receive.verify.trust = NoList()
    with pytest.raises(TrustUnavailable):
        await wallet.accept_offer(account, opened.operation_id, tx_code=None, copies=None)
    assert not await world.store.credentials_of(account.account_id)


async def test_a_request_is_not_answered(world: World, account: Account) -> None:
    await world.receive(account)
    opening = world.wallet().open_request
    unsure = replace(opening, read=replace(opening.read, trust=NoList()))
    with pytest.raises(TrustUnavailable):
        await unsure(account, world.verifier.link())


async def test_a_card_is_shown_as_it_stood(world: World, account: Account) -> None:
    await world.receive(account)
    [card] = await world.store.credentials_of(account.account_id)
    showing = replace(world.wallet().cards, trust=NoList())
    before = len(world.internet.calls)
    opened = await showing.show(account, card.credential_id)
    assert opened.card.status is CardStatus.VALID
    assert len(world.internet.calls) == before
