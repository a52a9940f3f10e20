"""credo-ts receives by authorization code: pushed request, sign-in, consent, DPoP; at once, later, again."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.interop.desks import IssuingDesk
from tests.interop.person import Person, Press
from tests.interop.register import MAYA
from tests.interop.sd_jwt_text import read_jwt, read_sd_jwt
from tests.interop.server_process import ServerProcess
from tests.interop.wallet_process import Answer, Wallet

WALLET = "credo-wallet"
BACK = "com.example.credo:/back"
COPIES = 3
GRANT = "authorization_code"
SIGNS_IN = (Press("Sign in"), Press("Search", {"text": MAYA}), Press("Sign in as Maya"))
AGREES = (*SIGNS_IN, Press("Agree and receive"))
REFUSES = (*SIGNS_IN, Press("Refuse"))

NewWallet = Callable[[], Wallet]


@pytest.fixture
def maya() -> Iterator[Person]:
    person = Person()
    yield person
    person.close()


def received(
    wallet: Wallet, offer: dict[str, object], person: Person, copies: int = COPIES
) -> tuple[Answer, Answer]:
    """The wallet's beginning and its end of a flow that Maya agrees to."""
    begun = wallet.authorize(offer, client_id=WALLET, redirect_uri=BACK)
    response = person.follow(begun.result["url"], AGREES, until=BACK)
    return begun, wallet.receive_by_code(response, copies=copies)


def test_batch_by_pushed_request_and_dpop(new_wallet: NewWallet, desk: IssuingDesk, maya: Person) -> None:
    """4.11, 4.15 to 4.17, 4.22, 4.23, 6.01, 6.04: what a wallet of high assurance does, with three copies."""
    offer = desk.offer(MAYA, "photo-card", grant=GRANT)
    begun, ended = received(new_wallet(), offer, maya)
    assert begun.result["flow"] == "Oauth2Redirect"
    pushed = begun.exchange("/par").form()
    assert (pushed["code_challenge_method"], pushed["scope"]) == ("S256", "photo-card")
    assert pushed["issuer_state"], "the offer is named"
    asked = parse_qs(urlsplit(begun.result["url"]).query)
    assert asked.keys() == {"client_id", "request_uri"}
    assert ended.result["token_type"] == "DPoP"
    [card] = ended.result["received"]
    assert len({read_sd_jwt(copy).holder_key for copy in card["copies"]}) == COPIES
    assert card["claims"]["given_name"] == "Maya Élise"
    token = ended.exchanges[0]
    assert read_jwt(str(token.headers["dpop"])).header["typ"] == "dpop+jwt"
    used = ended.exchange("/credential")
    assert str(used.headers["authorization"]).startswith("DPoP ")
    assert read_jwt(str(used.headers["dpop"])).payload["ath"]


def test_new_copies_without_signing_in_again(new_wallet: NewWallet, desk: IssuingDesk, maya: Person) -> None:
    """6.06: a bound refresh token; new keys, the same person."""
    wallet = new_wallet()
    _, first = received(wallet, desk.offer(MAYA, "photo-card", grant=GRANT), maya)
    assert first.result["may_renew"] is True
    second = wallet.renew(copies=COPIES)
    keys = {
        read_sd_jwt(copy).holder_key
        for answer in (first, second)
        for copy in answer.result["received"][0]["copies"]
    }
    assert len(keys) == 2 * COPIES


def test_a_certificate_that_a_clerk_decides_on(
    new_wallet: NewWallet, desk: IssuingDesk, maya: Person
) -> None:
    """4.35, 4.42, 4.43: 202, the same transaction while it waits, then the credential, and a notification."""
    wallet = new_wallet()
    offer = desk.offer(MAYA, "birth-certificate", grant=GRANT)
    _, asked = received(wallet, offer, maya, copies=1)
    assert not asked.result["received"]
    [waiting] = asked.result["deferred"]
    assert waiting["interval"] > 0
    [still] = wallet.collect().result["waiting"]
    assert still["transaction_id"] == waiting["transaction_id"]
    desk.approve(MAYA)
    collected = wallet.collect()
    [certificate] = collected.result["received"]
    assert certificate["claims"]["given_name"] == "Maya Élise"
    assert collected.exchange("/deferred-credential").status == 200


def test_the_issuer_is_told_what_became_of_a_credential(
    new_wallet: NewWallet, desk: IssuingDesk, maya: Person
) -> None:
    """4.43: accepted, twice, as a wallet may that heard no answer."""
    wallet = new_wallet()
    received(wallet, desk.offer(MAYA, "photo-card", grant=GRANT), maya)
    for _ in range(2):
        told = wallet.notify("credential_accepted").exchange("/notification")
        assert told.status == 204
        assert json.loads(told.body)["event"] == "credential_accepted"


def test_who_refuses_sends_the_wallet_away(
    new_wallet: NewWallet, desk: IssuingDesk, maya: Person, server: ServerProcess
) -> None:
    """4.17: access_denied, with the issuer that says so."""
    wallet = new_wallet()
    offer = desk.offer(MAYA, "photo-card", grant=GRANT)
    begun = wallet.authorize(offer, client_id=WALLET, redirect_uri=BACK)
    told = parse_qs(urlsplit(maya.follow(begun.result["url"], REFUSES, until=BACK)).query)
    assert (told["error"], told["iss"]) == (["access_denied"], [server.issuer])
