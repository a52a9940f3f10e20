"""What is sealed opens for its resident, in its place, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import UnwrapFailed
from keys.providers.local import hold_secret
from keys.signer import Secret
from keys.wrapping import MAX_PLAINTEXT_BYTES
from specs.jose import InvalidSignature, verify_signature
from tests.simulators.wallet import NOW, secret
from trillium.runtime.randomness import SystemRandomness
from wallet_api.clients.holder_keys import ServerHeldKeys
from wallet_api.domain.account import Account
from wallet_api.domain.event import AccountId
from wallet_api.services.vault import MAX_SEALED_BYTES, Vault

VAULT = Vault(secret, SystemRandomness())


def account(name: str = "maya", vault: Vault = VAULT) -> Account:
    account_id = AccountId(name)
    return Account(account_id, b"hash", vault.create_account_key(account_id), b"", NOW)


MAYA, ARJUN = account(), account("arjun")


@given(st.binary(max_size=2000), st.text(max_size=50))
def test_what_is_sealed_opens_again(value: bytes, context: str) -> None:
    sealed = VAULT.seal_for(MAYA, value, context)

    assert VAULT.open_for(MAYA, sealed, context) == value
    assert len(value) < 16 or value not in sealed


@given(st.data())
def test_any_changed_byte_is_refused(data: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal_for(MAYA, b"claims", "copy 1"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(UnwrapFailed):
        VAULT.open_for(MAYA, bytes(sealed), "copy 1")


@pytest.mark.parametrize("length", [0, 1, 16, 76, 77, 78, 92])
def test_a_shortened_value_is_refused(length: int) -> None:
    with pytest.raises(UnwrapFailed):
        VAULT.open_for(MAYA, VAULT.seal_for(MAYA, b"claims", "copy 1")[:length], "copy 1")


def test_a_value_opens_for_its_resident_in_its_place_only() -> None:
    sealed = VAULT.seal_for(MAYA, b"claims", "credential/maya/card/1")

    for who, where in ((MAYA, "credential/maya/card/2"), (ARJUN, "credential/maya/card/1"), (MAYA, "")):
        with pytest.raises(UnwrapFailed):
            VAULT.open_for(who, sealed, where)


def test_an_account_key_does_not_open_under_another_account() -> None:
    stolen = Account(ARJUN.account_id, b"hash", MAYA.wrapped_key, b"", NOW)

    with pytest.raises(UnwrapFailed):
        VAULT.open_for(stolen, VAULT.seal_for(MAYA, b"claims", "x"), "x")


def test_values_may_be_larger_than_small_secrets_but_not_without_end() -> None:
    large = b"p" * (MAX_PLAINTEXT_BYTES * 4)

    assert VAULT.open_for(MAYA, VAULT.seal_for(MAYA, large, "x"), "x") == large
    with pytest.raises(ValueError, match="too large"):
        VAULT.seal_for(MAYA, bytes(MAX_SEALED_BYTES + 1), "x")


def test_the_same_value_is_never_sealed_alike() -> None:
    sealed = {VAULT.seal_for(MAYA, b"claims", "x") for _ in range(20)}

    assert len({one[:77] for one in sealed}) == len({one[77:] for one in sealed}) == 20


def test_after_a_rotation_old_accounts_open_with_the_old_secret() -> None:
    def two(version: int | None) -> Secret:
        return hold_secret(b"2" * 32, "wrapping-2", 2) if version in (None, 2) else secret(version)

    rotated = Vault(two, SystemRandomness())
    sealed = VAULT.seal_for(MAYA, b"old", "x")
    newer = account("newer", rotated)

    assert rotated.open_for(MAYA, sealed, "x") == b"old"
    assert rotated.open_for(newer, rotated.seal_for(newer, b"new", "x"), "x") == b"new"
    with pytest.raises(AssertionError):
        VAULT.seal_for(newer, b"", "x")  # the old server does not know the new secret


async def test_a_server_held_key_signs_for_its_account_only() -> None:
    keys = ServerHeldKeys(VAULT)
    [key, other] = keys.create(MAYA, 2)

    signature = await keys.sign(MAYA, key.wrapped, b"data")

    verify_signature(key.public_jwk, signature, b"data")
    assert key.public_jwk != other.public_jwk
    with pytest.raises(InvalidSignature):
        verify_signature(other.public_jwk, signature, b"data")
    with pytest.raises(UnwrapFailed):
        await keys.sign(ARJUN, key.wrapped, b"data")


def test_no_representation_shows_a_key() -> None:
    [key] = ServerHeldKeys(VAULT).create(MAYA, 1)

    assert "wrapped" not in repr(key)
    assert "wrapped_key" not in repr(MAYA)
