"""A world for each test: a wallet over memory, an issuer and a verifier that it trusts."""

import pytest

from tests.simulators.wallet import World
from wallet_api.domain.account import Account


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()
