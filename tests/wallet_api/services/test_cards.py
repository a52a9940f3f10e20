"""The resident's cards: what their owner sees, and nobody else."""

from dataclasses import replace

import pytest

from keys.errors import UnwrapFailed
from specs.token_status_list import StatusReference
from tests.simulators.issuer import ISSUER, MAYA
from tests.simulators.wallet import World
from wallet_api.domain.account import Account
from wallet_api.domain.event import EventName
from wallet_api.domain.held_credential import CardStatus, CredentialId, HeldCopy
from wallet_api.domain.trust import Trust
from wallet_api.errors import UnknownAccount, UnknownCredential
from wallet_api.services.cards import OpenedCard


async def show(world: World, account: Account) -> OpenedCard:
    [card] = await world.store.credentials_of(account.account_id)
    return await world.wallet().cards.show(account, card.credential_id)


async def status_in_list(world: World, account: Account, value: int) -> CardStatus:
    world.issuer.statuses.set(3, value)  # the first copy's
    return (await show(world, account)).card.status


async def test_the_owner_sees_every_claim_and_which_are_withheld(world: World, account: Account) -> None:
    await world.receive(account)

    opened = await show(world, account)

    assert opened.claims == MAYA
    assert ("address", "locality") in opened.withheld
    assert ("family_name",) in opened.withheld
    assert opened.always_shown == (("issuing_country",),)
    assert opened.card.copies_left == 10


@pytest.mark.parametrize(
    ("value", "status"),
    [(0, CardStatus.VALID), (1, CardStatus.REVOKED), (2, CardStatus.SUSPENDED), (3, CardStatus.VALID)],
)
async def test_looking_into_a_card_reads_its_status_anew(
    world: World, account: Account, value: int, status: CardStatus
) -> None:
    """A value without meaning here says nothing against what was known before (3.27)."""
    await world.receive(account)

    assert await status_in_list(world, account, value) is status
    [listed] = await world.wallet().cards.list(account)
    assert listed.status is status


async def test_a_suspended_card_may_become_valid_again(world: World, account: Account) -> None:
    await world.receive(account)

    assert await status_in_list(world, account, 2) is CardStatus.SUSPENDED
    assert await status_in_list(world, account, 0) is CardStatus.VALID


async def test_a_list_that_is_out_of_reach_changes_nothing(world: World, account: Account) -> None:
    await world.receive(account)
    world.issuer.status_reachable = False

    assert await status_in_list(world, account, 1) is CardStatus.VALID


async def test_an_issuer_that_is_not_trusted_any_more_is_not_asked(world: World, account: Account) -> None:
    await world.receive(account)
    [card] = await world.store.credentials_of(account.account_id)
    before = len(world.internet.calls)

    opened = await world.wallet(trust=Trust()).cards.show(account, card.credential_id)

    assert opened.card.status is CardStatus.VALID
    assert len(world.internet.calls) == before


async def test_an_index_beyond_the_list_is_unknown(world: World, account: Account) -> None:
    reference = StatusReference(f"{ISSUER}/status/1", 10_000)
    world.issuer.envelope = lambda envelope, _copy: replace(envelope, status=reference)

    assert (await world.receive(account)).status is CardStatus.UNKNOWN


async def test_an_expired_card_says_so(world: World, account: Account) -> None:
    await world.receive(account)
    world.clock.advance(days=30)

    [card] = await world.wallet().cards.list(account)
    assert card.status is CardStatus.EXPIRED
    assert (await show(world, account)).card.status is CardStatus.EXPIRED


async def test_a_deleted_card_is_gone(world: World, account: Account) -> None:
    held = await world.receive(account)
    cards = world.wallet().cards

    await cards.delete(account, held.credential_id)

    assert not await cards.list(account)
    assert world.store.events[-1].name is EventName.CREDENTIAL_DELETED
    for call in (cards.delete, cards.show):
        with pytest.raises(UnknownCredential):
            await call(account, held.credential_id)


async def test_another_account_finds_nothing(world: World, account: Account) -> None:
    held, other = await world.receive(account), await world.account("somebody else")
    cards = world.wallet().cards

    assert not await cards.list(other)
    for call in (cards.delete, cards.show):
        with pytest.raises(UnknownCredential):
            await call(other, held.credential_id)
    assert len(await cards.list(account)) == 1


async def test_a_copy_moved_to_another_card_does_not_open(world: World, account: Account) -> None:
    first = await world.receive(account)
    second = await world.receive(account)
    world.store._copies[first.credential_id] = world.store._copies[second.credential_id]

    with pytest.raises(UnwrapFailed):
        await world.wallet().cards.show(account, first.credential_id)


async def test_a_copy_with_another_number_does_not_open(world: World, account: Account) -> None:
    card = await world.receive(account)
    copies = world.store._copies[card.credential_id]
    world.store._copies[card.credential_id] = [HeldCopy(0, copies[1].sealed)]

    with pytest.raises(UnwrapFailed):
        await world.wallet().cards.show(account, CredentialId(card.credential_id))


async def test_a_token_opens_one_account_and_its_name_is_kept_sealed(world: World) -> None:
    accounts = world.wallet().accounts
    opened, other = await accounts.open("Maya’s wallet"), await accounts.open("Arjun")

    assert await accounts.find(opened.token) == opened.account
    assert accounts.name_of(opened.account) == "Maya’s wallet"
    assert opened.token != other.token
    assert opened.token not in repr(opened)
    for wrong in ("", opened.token[:-1], opened.account.account_id):
        with pytest.raises(UnknownAccount):
            await accounts.find(wrong)
    kept = b"".join([opened.account.sealed_name, opened.account.wrapped_key, opened.account.token_hash])
    assert b"Maya" not in kept
    assert opened.token.encode() not in kept
