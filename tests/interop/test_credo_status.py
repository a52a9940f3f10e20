"""What a wallet like credo-ts shows after the issuer has changed its mind about the card."""

from collections.abc import Callable

import pytest

from tests.interop.desks import IssuingDesk, RelyingService
from tests.interop.register import LOSERS_OF_PHONES
from tests.interop.sd_jwt_text import SdJwtText, read_sd_jwt
from tests.interop.status_lists import INVALID, SUSPENDED, VALID, read_status, wait_for_status
from tests.interop.wallet_process import Wallet

FINDER, ROBBED, FRAUDSTER, SUSPECT = LOSERS_OF_PHONES

NewWallet = Callable[[], Wallet]


def receive(wallet: Wallet, desk: IssuingDesk, who: str) -> SdJwtText:
    """A photo card of one copy, which is then shown again and again."""
    offer = desk.offer(who, "photo-card", tx_code=True)
    (card,) = wallet.receive(offer, tx_code=offer["tx_code"]).result["received"]
    (copy,) = card["copies"]
    return read_sd_jwt(copy)


Outcome = tuple[str, str, list[str]]
ACCEPTED: Outcome = ("accepted", "valid", [])


def outcome(wallet: Wallet, shop: RelyingService) -> Outcome:
    """Outcome, what the clerk is told, and the reasons; a policy outcome is no error to the wallet (5.21)."""
    started = shop.ask("ontario-resident")
    assert wallet.present(started.authorization_request).result["status"] == 200
    result = started.result()
    assert bool(result["claims"]) is (result["outcome"] == "accepted")
    return result["outcome"], result["clerk_outcome"], [reason["code"] for reason in result["reasons"]]


def test_suspended_card_is_rejected_until_it_is_reinstated(
    new_wallet: NewWallet, desk: IssuingDesk, shop: RelyingService
) -> None:
    """3.06, 3.15, 3.27: a phone that was lost and found."""
    wallet = new_wallet()
    card = receive(wallet, desk, FINDER)
    assert read_status(card) == VALID
    assert outcome(wallet, shop) == ACCEPTED

    assert desk.change_status(FINDER, "suspend", "lost") == 1
    wait_for_status(card, SUSPENDED)
    assert outcome(wallet, shop) == ("rejected", "suspended", ["suspended"])

    assert desk.change_status(FINDER, "reinstate", "found") == 1
    wait_for_status(card, VALID)
    assert outcome(wallet, shop) == ACCEPTED


def test_revoked_card_stays_rejected_and_a_new_one_is_accepted(
    new_wallet: NewWallet, desk: IssuingDesk, shop: RelyingService
) -> None:
    """3.06, 3.09, 3.27: revocation is final for the card, not for the person."""
    wallet = new_wallet()
    card = receive(wallet, desk, ROBBED)
    assert outcome(wallet, shop) == ACCEPTED

    assert desk.change_status(ROBBED, "revoke", "stolen_phone") == 1
    wait_for_status(card, INVALID)
    assert outcome(wallet, shop) == ("rejected", "revoked", ["revoked"])

    other_phone = new_wallet()
    fresh = receive(other_phone, desk, ROBBED)
    assert fresh.status_entry != card.status_entry
    assert outcome(other_phone, shop) == ACCEPTED
    assert outcome(wallet, shop) == ("rejected", "revoked", ["revoked"])


@pytest.mark.parametrize(
    ("who", "change", "status"), [(FRAUDSTER, "revoke", INVALID), (SUSPECT, "suspend", SUSPENDED)]
)
def test_change_reaches_every_copy(
    new_wallet: NewWallet, desk: IssuingDesk, who: str, change: str, status: int
) -> None:
    """3.10, 3.14: each copy of a batch has an entry of its own, and all of them change."""
    offer = desk.offer(who, "photo-card", tx_code=True)
    (card,) = new_wallet().receive(offer, tx_code=offer["tx_code"], copies=3).result["received"]
    copies = [read_sd_jwt(text) for text in card["copies"]]
    assert len({copy.status_entry for copy in copies}) == 3
    assert desk.change_status(who, change, "fraud") == 3
    for copy in copies:
        wait_for_status(copy, status)
