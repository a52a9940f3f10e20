"""What an issuer sends is checked as a verifier will check it; one bad copy refuses the batch (4.45)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import create_json
from specs.jose import Algorithm, public_jwk_of
from specs.sd_jwt import DisclosurePlan
from specs.sd_jwt_vc import CredentialHeader, create_integrity
from specs.token_status_list import StatusReference
from tests.simulators.internet import NOT_FOUND
from tests.simulators.issuer import DISCLOSABLE, ISSUER, MAYA, TYPE, VCT, authority, signer_below
from tests.simulators.wallet import NOW, World
from wallet_api.domain.account import Account
from wallet_api.domain.event import EventName
from wallet_api.domain.held_credential import CardStatus
from wallet_api.domain.trust import Trust, TrustedCredentialIssuer
from wallet_api.errors import CredentialRefused
from wallet_api.ports import HttpAnswer

PARENT = f"{ISSUER}/types/card/1"


async def refused(world: World, account: Account) -> str:
    """Why the batch was refused; nothing of it is kept, and the refusal is remembered."""
    with pytest.raises(CredentialRefused) as error:
        await world.receive(account)
    assert not await world.store.credentials_of(account.account_id)
    assert world.store.events[-1].name is EventName.CREDENTIAL_REFUSED
    return error.value.detail


def for_copy(number: int, **changes: Any) -> Callable[[Any, int], Any]:
    """An envelope that is different in one copy of the batch."""
    return lambda envelope, copy: replace(envelope, **changes) if copy == number else envelope


async def test_4_45_a_copy_for_a_key_that_is_not_ours(world: World, account: Account) -> None:
    stranger = public_jwk_of(ec.generate_private_key(ec.SECP256R1()).public_key())
    world.issuer.envelope = for_copy(7, holder_key=stranger)

    assert "not ours" in await refused(world, account)


async def test_4_32_two_copies_for_one_key(world: World, account: Account) -> None:
    world.issuer.deliver = lambda copies: [copies[0], copies[0]]

    assert "twice" in await refused(world, account)


async def test_2_12_a_certificate_of_another_issuer_below_the_same_authority(
    world: World, account: Account
) -> None:
    world.issuer.signer = signer_below(world.issuer.root, NOW, "other.example", "https://other.example")

    assert "another issuer" in await refused(world, account)


async def test_a_copy_for_no_key(world: World, account: Account) -> None:
    world.issuer.envelope = for_copy(0, holder_key=None)

    assert "confirmation_key_missing" in await refused(world, account)


async def test_2_12_a_chain_below_an_anchor_we_do_not_have(world: World, account: Account) -> None:
    other = authority(NOW)
    world.issuer.signer = signer_below(other, NOW, "issuer.example", ISSUER)

    assert "x5c_untrusted" in await refused(world, account)


async def test_an_issuer_that_lost_its_trust_since_the_offer_was_read(world: World, account: Account) -> None:
    for trust in (
        Trust(),
        Trust((TrustedCredentialIssuer(ISSUER, world.issuer.anchors, frozenset({PARENT})),)),
    ):
        world.issuer.redeemed = False
        opened = await world.wallet().open_offer(account, world.issuer.link())
        with pytest.raises(CredentialRefused):
            await world.wallet(trust=trust).accept_offer(account, opened.operation_id, tx_code=None, copies=1)
    assert not await world.store.credentials_of(account.account_id)


async def test_2_13_a_copy_without_certificate_chain(world: World, account: Account) -> None:
    world.issuer.header = lambda _header: CredentialHeader(Algorithm.ES256, kid="the-key")

    assert "invalid_x5c" in await refused(world, account)


async def test_the_chain_of_a_verifier_is_no_chain_of_the_issuer(world: World, account: Account) -> None:
    """One authority per purpose: whoever may ask is not thereby one who may issue."""
    world.issuer.signer = signer_below(world.verifier.root, NOW, "issuer.example", ISSUER)

    assert "x5c_untrusted" in await refused(world, account)


async def test_1_22_a_copy_with_another_signature(world: World, account: Account) -> None:
    def swap(copies: Any) -> list[str]:
        first, second = copies[0], copies[1]
        jwt, tilde, rest = first.partition("~")
        other = second.partition("~")[0].rpartition(".")[2]
        return [jwt.rpartition(".")[0] + "." + other + tilde + rest, *copies[1:]]

    world.issuer.deliver = swap

    assert "signature" in await refused(world, account)


async def test_1_27_a_copy_with_the_disclosures_of_another(world: World, account: Account) -> None:
    def mix(copies: Any) -> list[str]:
        jwt = copies[0].partition("~")[0]
        return [jwt + "~" + copies[1].partition("~")[2]]

    world.issuer.deliver = mix

    assert "disclosure" in await refused(world, account)


async def test_1_32_a_copy_with_a_key_binding(world: World, account: Account) -> None:
    world.issuer.deliver = lambda copies: [copies[0] + copies[0].partition("~")[0]]

    assert "key_binding" in await refused(world, account)


async def test_2_10_an_expired_copy(world: World, account: Account) -> None:
    times = {"issued_at": NOW - timedelta(days=3), "expires_at": NOW - timedelta(days=1)}
    world.issuer.envelope = for_copy(9, **times)

    assert "expired" in await refused(world, account)


async def test_a_copy_of_another_type(world: World, account: Account) -> None:
    world.issuer.envelope = for_copy(2, vct=f"{VCT}0")

    assert "another type" in await refused(world, account)


async def test_a_copy_that_names_another_issuer(world: World, account: Account) -> None:
    world.issuer.envelope = for_copy(2, issuer="https://other.example")

    assert "iss" in await refused(world, account)


async def test_2_07_a_copy_that_names_no_issuer_but_its_certificate(world: World, account: Account) -> None:
    world.issuer.envelope = lambda envelope, _copy: replace(envelope, issuer=None)

    assert (await world.receive(account)).copies == 10


async def test_copies_that_do_not_say_the_same(world: World, account: Account) -> None:
    """The resident sees one card: no copy may show a verifier something else."""
    world.issuer.claims_of_copy = lambda claims, copy: (
        {**claims, "birthdate": "2001-01-01"} if copy == 4 else claims
    )

    assert "do not say the same" in await refused(world, account)


@pytest.mark.parametrize(
    "text", ["", "no credential", "a~b~", "x" * 2_000_000], ids=["", "no", "parts", "big"]
)
async def test_what_is_no_credential_at_all(world: World, account: Account, text: str) -> None:
    world.issuer.deliver = lambda copies: [text or "~"]

    await refused(world, account)


@pytest.mark.parametrize(("value", "name"), [(1, "revoked"), (2, "suspended")])
async def test_a_copy_that_is_not_valid_on_arrival(
    world: World, account: Account, value: int, name: str
) -> None:
    world.issuer.envelope = lambda envelope, copy: replace(
        envelope, status=StatusReference(f"{ISSUER}/status/1", copy)
    )
    world.issuer.statuses.set(5, value)

    assert name in await refused(world, account)


async def test_a_list_that_cannot_be_read_is_no_verdict(world: World, account: Account) -> None:
    world.issuer.status_reachable = False

    card = await world.receive(account)

    assert card.status is CardStatus.UNKNOWN


async def test_e3_a_list_below_another_authority_is_no_list(world: World, account: Account) -> None:
    world.issuer.status_signer = signer_below(authority(NOW), NOW, "issuer.example", ISSUER)

    assert (await world.receive(account)).status is CardStatus.UNKNOWN


async def test_a_credential_without_status_is_valid(world: World, account: Account) -> None:
    world.issuer.envelope = lambda envelope, _copy: replace(envelope, status=None)

    assert (await world.receive(account)).status is CardStatus.VALID
    assert not world.internet.called("/status/1")


async def test_one_list_is_fetched_once_for_a_batch(world: World, account: Account) -> None:
    await world.receive(account)

    assert len(world.internet.called("/status/1")) == 1
    assert len(world.internet.called("/types/photo-card/1")) == 1


# Type Metadata (2.17 to 2.25)


async def test_2_18_type_metadata_that_was_changed(world: World, account: Account) -> None:
    world.issuer.integrity = create_integrity(b"something else")

    assert "integrity_mismatch" in await refused(world, account)


async def test_2_23_type_metadata_that_is_not_there(world: World, account: Account) -> None:
    world.internet.sites[VCT] = lambda _: NOT_FOUND

    assert "type_metadata_unavailable" in await refused(world, account)


async def test_2_17_type_metadata_of_another_type(world: World, account: Account) -> None:
    world.issuer.type_metadata = create_json(TYPE | {"vct": f"{VCT}0"})

    assert "type_metadata_mismatch" in await refused(world, account)


async def test_2_24_a_mandatory_claim_is_missing_in_one_copy(world: World, account: Account) -> None:
    world.issuer.claims_of_copy = lambda claims, _copy: {
        name: value for name, value in claims.items() if name != "family_name"
    }

    assert "claim_rules_broken" in await refused(world, account)


async def test_2_24_a_decoy_does_not_pass_for_a_mandatory_claim(world: World, account: Account) -> None:
    """A holder has every disclosure: what is not there was not issued."""
    world.issuer.plan = DisclosurePlan(DISCLOSABLE, {(): 12})
    card = await world.receive(account)
    await world.wallet().cards.delete(account, card.credential_id)
    world.issuer.claims = {name: value for name, value in MAYA.items() if name != "family_name"}

    assert "claim_rules_broken" in await refused(world, account)


async def test_2_24_a_claim_that_must_be_withholdable_is_not(world: World, account: Account) -> None:
    world.issuer.plan = DisclosurePlan(tuple(path for path in DISCLOSABLE if path != ("family_name",)))

    assert "claim_rules_broken" in await refused(world, account)


def extend(world: World, parent: dict[str, Any], *, integrity: str | None = None) -> None:
    """The card extends another type, served at its own address."""
    body = create_json({"vct": PARENT} | parent)
    world.internet.sites[PARENT] = lambda _: HttpAnswer(200, "application/json", body)
    child = TYPE | {"extends": PARENT, "extends#integrity": integrity or create_integrity(body)}
    world.issuer.type_metadata = create_json(child)


async def test_5_18_what_a_type_extends_is_remembered(world: World, account: Account) -> None:
    extend(world, {"display": [{"locale": "en-CA", "name": "Card"}]})

    assert (await world.receive(account)).lineage == (VCT, PARENT)


async def test_2_23_the_rules_of_parents_hold_too(world: World, account: Account) -> None:
    extend(world, {"claims": [{"path": ["portrait"], "mandatory": True}]})

    assert "claim_rules_broken" in await refused(world, account)


async def test_2_23_a_parent_that_was_changed(world: World, account: Account) -> None:
    extend(world, {}, integrity=create_integrity(b"something else"))

    assert "integrity_mismatch" in await refused(world, account)


async def test_2_25_a_type_that_extends_itself(world: World, account: Account) -> None:
    extend(world, {"extends": VCT})

    assert "circular_extends" in await refused(world, account)
    assert len(world.internet.called("/types/card/1")) == 1


@pytest.mark.parametrize("changes", [{"media_type": "text/html"}, {"status": 404}, {"status": 201}], ids=str)
async def test_2_17_type_metadata_is_json_and_found(
    world: World, account: Account, changes: dict[str, Any]
) -> None:
    good = HttpAnswer(200, "application/json", world.issuer.type_metadata)
    world.internet.sites[VCT] = lambda _: replace(good, **changes)

    assert "type_metadata_unavailable" in await refused(world, account)


async def test_no_claim_value_is_in_an_error(world: World, account: Account) -> None:
    world.issuer.plan = DisclosurePlan(())

    detail = await refused(world, account)

    assert not [value for value in MAYA.values() if isinstance(value, str) and value in detail]
