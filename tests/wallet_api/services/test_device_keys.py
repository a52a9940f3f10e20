"""Both use cases in two steps, with keys that never come to the server (decisions.md, Wallet)."""

from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.jose import Algorithm, PublicJwk, public_jwk_of, sign_with
from tests.simulators.wallet import World
from wallet_api.domain.account import Account
from wallet_api.domain.held_credential import HeldCredential
from wallet_api.domain.holder_key import HolderKey
from wallet_api.domain.operation import OperationId
from wallet_api.domain.pending import ToSign
from wallet_api.errors import UnknownOperation, WrongSignatures
from wallet_api.services.receive_credential import PreparedReceiving


class Device:
    """A phone: makes keys, gives away the public parts, signs."""

    def __init__(self) -> None:
        self.keys: dict[PublicJwk, ec.EllipticCurvePrivateKey] = {}

    def new_keys(self, count: int) -> Sequence[HolderKey]:
        made = [ec.generate_private_key(ec.SECP256R1()) for _ in range(count)]
        public = [public_jwk_of(key.public_key()) for key in made]
        self.keys |= dict(zip(public, made, strict=True))
        return [HolderKey(jwk, b"") for jwk in public]

    def sign(self, waiting: Sequence[ToSign]) -> list[bytes]:
        return [
            sign_with(self.keys[one.key.key().public_jwk], Algorithm.ES256, one.signing_input().data)
            for one in waiting
        ]


@pytest.fixture
def device() -> Device:
    return Device()


async def prepare(world: World, account: Account, device: Device) -> PreparedReceiving:
    wallet = world.wallet()
    offer = await wallet.open_offer(account, world.issuer.link())
    [prepared] = await wallet.receive.prepare(
        account, offer.operation_id, tx_code=None, copies=3, new_keys=device.new_keys
    )
    return prepared


async def receive(world: World, account: Account, device: Device) -> HeldCredential:
    prepared = await prepare(world, account, device)
    held = await world.wallet().receive.complete(
        account, prepared.operation_id, device.sign(prepared.waiting)
    )
    assert isinstance(held, HeldCredential)
    return held


async def prepare_presenting(world: World, account: Account) -> tuple[OperationId, Sequence[ToSign]]:
    wallet = world.wallet()
    opened = await wallet.open_request(account, world.verifier.link())
    prepared = await wallet.answer.prepare(account, opened.operation_id)
    return prepared.operation_id, prepared.waiting


async def test_a_device_receives_and_shows_with_its_own_keys(
    world: World, account: Account, device: Device
) -> None:
    held = await receive(world, account, device)
    operation_id, waiting = await prepare_presenting(world, account)

    delivered = await world.wallet().answer.complete(account, operation_id, device.sign(waiting))

    assert (held.copies, delivered.delivered) == (3, True)
    [credential] = world.verifier.verify_last(world.issuer)["age"]
    assert credential.holder_key in device.keys


async def test_a_fresh_nonce_means_that_the_device_signs_again(
    world: World, account: Account, device: Device
) -> None:
    world.issuer.bad_nonces = 1
    prepared = await prepare(world, account, device)
    receive = world.wallet().receive

    again = await receive.complete(account, prepared.operation_id, device.sign(prepared.waiting))

    assert isinstance(again, PreparedReceiving)
    assert again.operation_id != prepared.operation_id
    assert [one.key for one in again.waiting] == [one.key for one in prepared.waiting]
    assert [one.data for one in again.waiting] != [one.data for one in prepared.waiting]
    held = await receive.complete(account, again.operation_id, device.sign(again.waiting))
    assert isinstance(held, HeldCredential)


@pytest.mark.parametrize(
    "defect", ["none", "one too few", "one too many", "in another order", "of another key"]
)
async def test_wrong_signatures_are_refused_and_right_ones_may_follow(
    world: World, account: Account, device: Device, defect: str
) -> None:
    prepared = await prepare(world, account, device)
    good = device.sign(prepared.waiting)
    stranger = sign_with(
        ec.generate_private_key(ec.SECP256R1()), Algorithm.ES256, prepared.waiting[0].signing_input().data
    )
    bad = {
        "none": [],
        "one too few": good[:-1],
        "one too many": [*good, good[0]],
        "in another order": good[::-1],
        "of another key": [stranger, *good[1:]],
    }[defect]
    receive = world.wallet().receive

    with pytest.raises(WrongSignatures):
        await receive.complete(account, prepared.operation_id, bad)

    assert not world.internet.called("/credential")
    assert isinstance(await receive.complete(account, prepared.operation_id, good), HeldCredential)


async def test_receiving_is_completed_once_and_by_its_account(
    world: World, account: Account, device: Device
) -> None:
    prepared = await prepare(world, account, device)
    signatures, receive = device.sign(prepared.waiting), world.wallet().receive

    with pytest.raises(UnknownOperation):
        await receive.complete(await world.account("somebody else"), prepared.operation_id, signatures)
    assert isinstance(await receive.complete(account, prepared.operation_id, signatures), HeldCredential)
    with pytest.raises(UnknownOperation):
        await receive.complete(account, prepared.operation_id, signatures)
    assert len(world.internet.called("/credential")) == 1


async def test_presenting_is_completed_once_and_by_its_account(
    world: World, account: Account, device: Device
) -> None:
    await receive(world, account, device)
    operation_id, waiting = await prepare_presenting(world, account)
    answer, signatures = world.wallet().answer, device.sign(waiting)

    with pytest.raises(UnknownOperation):
        await answer.complete(await world.account("somebody else"), operation_id, signatures)
    with pytest.raises(WrongSignatures):
        await answer.complete(account, operation_id, signatures + signatures)
    assert not world.verifier.responses
    await answer.complete(account, operation_id, signatures)
    with pytest.raises(UnknownOperation):
        await answer.complete(account, operation_id, signatures)
    assert len(world.verifier.responses) == 1


async def test_an_operation_of_one_kind_is_none_of_another(
    world: World, account: Account, device: Device
) -> None:
    prepared = await prepare(world, account, device)

    with pytest.raises(UnknownOperation):
        await world.wallet().answer.complete(account, prepared.operation_id, device.sign(prepared.waiting))
    with pytest.raises(UnknownOperation):
        await world.wallet().consent(account, prepared.operation_id)


async def test_a_process_may_end_between_the_steps(world: World, account: Account, device: Device) -> None:
    """An operation holds everything: another process, with nothing but the stores, completes it."""
    prepared = await prepare(world, account, device)
    other = World(internet=world.internet, store=world.store, clock=world.clock, issuer=world.issuer)

    held = await other.wallet().receive.complete(
        account, prepared.operation_id, device.sign(prepared.waiting)
    )

    assert isinstance(held, HeldCredential)
