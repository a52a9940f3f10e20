"""credo-ts presents to our verifier (OpenID4VP 1.0, DCQL, direct_post): what leaves it, what arrives."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from specs.encoding import b64url_decode, b64url_encode
from tests.interop.desks import IssuingDesk, RelyingService, Started
from tests.interop.presentation_page import open_page
from tests.interop.register import ADAEZE, ARJUN, MAYA, SUHARTO, claims_of
from tests.interop.sd_jwt_text import SdJwtText, read_jwt, read_sd_jwt
from tests.interop.server_process import ServerProcess
from tests.interop.wallet_process import Answer, Exchange, Wallet

TYPES = ("photo-card", "proof-of-age")
MAYAS = claims_of(MAYA)
ASKED: Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "ontario-resident": (
        "photo_card",
        {"region": "ON", "locality": "Toronto"},
        {"address": {"region": "ON", "locality": "Toronto"}},
    ),
    "identity": (
        "photo_card",
        {name: MAYAS[name] for name in ("given_name", "family_name", "birthdate")},
        {name: MAYAS[name] for name in ("given_name", "family_name", "birthdate")},
    ),
    "age-19-or-over": ("proof_of_age", {"19": True}, {"age_equal_or_over": {"19": True}}),
}
"""For each preset: the query that Maya's wallet answers, its disclosures, and what the shop gets."""

NewWallet = Callable[[], Wallet]


@pytest.fixture(scope="module")
def mayas_wallet(new_wallet: NewWallet, desk: IssuingDesk) -> Wallet:
    """Her two cards; the last copy of each is shown again and again."""
    return receive(new_wallet(), desk, MAYA, *TYPES)


def receive(wallet: Wallet, desk: IssuingDesk, who: str, *types: str, copies: int = 1) -> Wallet:
    offer = desk.offer(who, *types, tx_code=True)
    received = wallet.receive(offer, tx_code=offer["tx_code"], copies=copies).result["received"]
    assert [card["configuration"] for card in received] == list(types)
    return wallet


def sent_to(answer: Answer, started: Started, *, encrypted: bool = True) -> dict[str, SdJwtText]:
    """The presentations that left the wallet, by query; nothing else was sent but the request for them."""
    asked, answered = answer.exchanges
    assert asked.url == started.request_uri
    assert asked.body.startswith("wallet_") or asked.body == ""
    return answered_with(answer, answered, encrypted=encrypted)


def answered_with(answer: Answer, answered: Exchange, *, encrypted: bool) -> dict[str, SdJwtText]:
    """What stands in the answer; an encrypted one is known from the wallet, for nobody else can read it."""
    assert "/verifier/responses/" in answered.path
    assert (answered.method, answered.status) == ("POST", 200)
    told = json.loads(answered.answer)
    assert told.keys() == {"redirect_uri"}
    assert "/verifier/return?response_code=" in told["redirect_uri"]
    form, vp_token = answered.form(), answer.result["vp_token"]
    if encrypted:
        assert form.keys() == {"response"}
        header = json.loads(b64url_decode(form["response"].partition(".")[0]))
        assert (header["alg"], header["enc"]) in (("ECDH-ES", "A128GCM"), ("ECDH-ES", "A256GCM"))
        assert header["kid"]
    else:
        assert form.keys() == {"vp_token", "state"}
        assert json.loads(form["vp_token"]) == vp_token
    return {query_id: read_sd_jwt(text) for query_id, (text,) in vp_token.items()}


def accepted(preset: str, claims: dict[str, Any]) -> dict[str, Any]:
    """The whole result of the relying service, without the time."""
    return {
        "outcome": "accepted",
        "clerk_outcome": "valid",
        "claims": claims,
        "reasons": [],
        "preset": preset,
    }


def without_time(result: dict[str, Any]) -> dict[str, Any]:
    assert result.pop("verified_at")
    assert result.pop("advice").keys() == {"en-CA", "fr-CA"}
    return result


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns"])
@pytest.mark.parametrize("preset", ASKED)
def test_only_what_was_asked_leaves_the_wallet(
    mayas_wallet: Wallet, shop: RelyingService, preset: str, prefix: str, method: str
) -> None:
    """1.20, 5.02, 5.04, 5.08, 5.13, 5.20, 5.21, 5.25: every preset, both prefixes, both methods."""
    query_id, disclosed, claims = ASKED[preset]
    started = shop.ask(preset, prefix=prefix, method=method)
    answer = mayas_wallet.present(started.authorization_request)
    assert answer.result["verifier"]["clientIdPrefix"] == prefix
    assert answer.result["signer"] == "x5c"
    assert answer.exchanges[0].method == method.upper()

    (sent,) = sent_to(answer, started).items()
    assert (sent[0], sent[1].disclosed) == (query_id, disclosed)
    key_binding = sent[1].key_binding
    assert key_binding is not None
    assert key_binding.header["typ"] == "kb+jwt"
    assert key_binding.payload["aud"] == answer.result["verifier"]["effectiveClientId"]
    assert key_binding.payload["sd_hash"] == sent[1].sd_hash

    assert started.state() == "accepted"
    assert without_time(started.result()) == accepted(preset, {query_id: claims})
    assert started.fetch().status_code == 410


@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns"])
def test_in_the_clear_too(mayas_wallet: Wallet, shop: RelyingService, prefix: str) -> None:
    """5.21: `direct_post` without encryption, where a relying service asks for it."""
    query_id, disclosed, claims = ASKED["identity"]
    started = shop.ask("identity", prefix=prefix, response_mode="direct_post")
    sent = sent_to(mayas_wallet.present(started.authorization_request), started, encrypted=False)
    assert sent[query_id].disclosed == disclosed
    assert without_time(started.result()) == accepted("identity", {query_id: claims})


def test_each_request_has_a_key_of_its_own(mayas_wallet: Wallet, shop: RelyingService) -> None:
    """5.24, 6.12: fresh, with both encryptions on offer."""
    keys = []
    for _ in range(2):
        answer = mayas_wallet.present(shop.ask("identity").authorization_request)
        metadata = read_jwt(answer.exchanges[0].answer).payload["client_metadata"]
        assert metadata["encrypted_response_enc_values_supported"] == ["A128GCM", "A256GCM"]
        (key,) = metadata["jwks"]["keys"]
        assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ECDH-ES", "enc")
        keys.append(key)
    assert keys[0]["kid"] != keys[1]["kid"]
    assert keys[0]["x"] != keys[1]["x"]


@pytest.mark.parametrize("prefix", ["redirect_uri", "x509_hash"])
def test_the_whole_request_may_stand_in_the_link(
    mayas_wallet: Wallet, shop: RelyingService, prefix: str
) -> None:
    """5.08: unsigned with `redirect_uri`, signed otherwise; nothing is fetched."""
    query_id, disclosed, claims = ASKED["ontario-resident"]
    started = shop.ask("ontario-resident", prefix=prefix, by_value=True)
    answer = mayas_wallet.present(started.authorization_request)
    assert answer.result["verifier"]["clientIdPrefix"] == prefix
    assert answer.result["signer"] == ("x5c" if prefix == "x509_hash" else None)
    (answered,) = answer.exchanges
    assert answered_with(answer, answered, encrypted=True)[query_id].disclosed == disclosed
    assert without_time(started.result()) == accepted("ontario-resident", {query_id: claims})


CONSENT = {
    "type": "ca.on.trillium.consent",
    "text": {
        "en-CA": "I agree to the rules of the library.",
        "fr-CA": "J'accepte le règlement de la bibliothèque.",
    },
}


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
def test_what_is_agreed_to_is_signed(mayas_wallet: Wallet, shop: RelyingService, mode: str) -> None:
    """5.09: the holder's key signs the hash of the text; credo chooses among the hashes that are offered."""
    started = shop.ask("identity", transaction_data=[CONSENT], response_mode=mode)
    answer = mayas_wallet.present(started.authorization_request)
    (shown,) = answer.result["transaction_data"]
    assert shown["text"] == CONSENT["text"]
    sent = sent_to(answer, started, encrypted=mode == "direct_post.jwt")["photo_card"]
    assert sent.key_binding is not None
    asked = read_jwt(answer.exchanges[0].answer).payload["transaction_data"]
    hashes = [b64url_encode(hashlib.sha256(text.encode()).digest()) for text in asked]
    assert sent.key_binding.payload["transaction_data_hashes"] == hashes
    assert sent.key_binding.payload["transaction_data_hashes_alg"] == "sha-256"
    assert started.result()["outcome"] == "accepted"


@pytest.mark.parametrize("protocol", ["openid4vp-v1-signed", "openid4vp-v1-unsigned"])
def test_by_way_of_the_browser(
    mayas_wallet: Wallet, shop: RelyingService, server: ServerProcess, protocol: str
) -> None:
    """5.34, 5.35, 6.14: the Digital Credentials API; the test plays the browser between page and wallet."""
    started = shop.ask("identity", flow="page")
    with open_page(started.page_url) as page:
        (asked,) = (one for one in page.requests() if one["protocol"] == protocol)
        answer = mayas_wallet.present_in_browser(asked, server.origin)
        signed = protocol == "openid4vp-v1-signed"
        assert answer.result["verifier"]["clientIdPrefix"] == ("x509_hash" if signed else "origin")
        assert answer.exchanges == []
        assert started.state() == "requested"
        page.send(answer.result["credential"])
    query_id, _, claims = ASKED["identity"]
    assert without_time(started.result()) == accepted("identity", {query_id: claims})


def test_request_object_is_what_the_standard_says(mayas_wallet: Wallet, shop: RelyingService) -> None:
    """5.01, 5.03, 5.05, 5.07: and by the way its leaf is the `x509_hash` that credo found it to be."""
    answer = mayas_wallet.present(shop.ask("identity").authorization_request)
    asked, answered = answer.exchanges
    request = read_jwt(asked.answer)
    assert request.header["typ"] == "oauth-authz-req+jwt"
    assert request.payload["aud"] == "https://self-issued.me/v2"
    assert (request.payload["response_type"], request.payload["response_mode"]) == (
        "vp_token",
        "direct_post.jwt",
    )
    assert request.payload["client_id"] == answer.result["verifier"]["effectiveClientId"]
    assert request.payload["response_uri"] == answered.url
    assert request.payload["client_metadata"]["vp_formats_supported"].keys() == {"dc+sd-jwt"}


def test_two_presentations_have_nothing_in_common(
    new_wallet: NewWallet, desk: IssuingDesk, shop: RelyingService
) -> None:
    """1.14: another copy each time, with its own key, salts, digests and place in a status list."""
    wallet = receive(new_wallet(), desk, MAYA, "photo-card", copies=2)
    presentations = []
    for _ in range(2):
        started = shop.ask("ontario-resident")
        sent = sent_to(wallet.present(started.authorization_request), started)
        presentations.append(sent["photo_card"])
    first, second = presentations
    assert first.disclosed == second.disclosed
    assert first.holder_key != second.holder_key
    assert first.salts.isdisjoint(second.salts)
    assert set(first.payload["_sd"]).isdisjoint(second.payload["_sd"])
    assert first.status_entry != second.status_entry


def test_photo_card_alone_proves_the_age(
    new_wallet: NewWallet, desk: IssuingDesk, shop: RelyingService
) -> None:
    """5.15: the second option of the credential set."""
    wallet = receive(new_wallet(), desk, ADAEZE, "photo-card")
    started = shop.ask("age-19-or-over")
    sent = sent_to(wallet.present(started.authorization_request), started)
    assert {query_id: one.disclosed for query_id, one in sent.items()} == {"photo_card": {"19": True}}
    claims = {"photo_card": {"age_equal_or_over": {"19": True}}}
    assert without_time(started.result()) == accepted("age-19-or-over", claims)


def test_person_with_one_name_answers_with_the_second_claim_set(
    new_wallet: NewWallet, desk: IssuingDesk, shop: RelyingService
) -> None:
    """5.13: the first set asks for a given name, which does not exist."""
    wallet = receive(new_wallet(), desk, SUHARTO, "photo-card")
    started = shop.ask("identity")
    sent = sent_to(wallet.present(started.authorization_request), started)
    assert sent["photo_card"].disclosed == {"family_name": "Suharto", "birthdate": "1966-04-21"}
    claims = {"photo_card": {"family_name": "Suharto", "birthdate": "1966-04-21"}}
    assert without_time(started.result()) == accepted("identity", claims)


def test_minor_cannot_show_19_or_over(new_wallet: NewWallet, desk: IssuingDesk, shop: RelyingService) -> None:
    """5.14, 5.15: `values` match neither card, so the wallet sends nothing at all."""
    wallet = receive(new_wallet(), desk, ARJUN, *TYPES)
    started = shop.ask("age-19-or-over")
    answer = wallet.present(started.authorization_request)
    assert answer.result["can_be_satisfied"] is False
    assert [exchange.url for exchange in answer.exchanges] == [started.request_uri]
    assert started.state() == "retrieved"
    assert started.fetch().status_code == 409

    # The card itself is good: it is the age that is missing.
    other = shop.ask("ontario-resident")
    assert wallet.present(other.authorization_request).result["status"] == 200
    assert other.result()["claims"] == {"photo_card": {"address": {"region": "ON", "locality": "Brampton"}}}


def test_empty_wallet_sends_nothing(new_wallet: NewWallet, shop: RelyingService) -> None:
    """5.15."""
    started = shop.ask("identity")
    assert new_wallet().present(started.authorization_request).result["can_be_satisfied"] is False
    assert started.state() == "retrieved"


def test_answered_request_is_closed(mayas_wallet: Wallet, shop: RelyingService) -> None:
    """5.31: the same link again, by whomever."""
    started = shop.ask("ontario-resident")
    assert mayas_wallet.present(started.authorization_request).result["status"] == 200
    again = mayas_wallet.present(started.authorization_request)
    assert again.errors
    assert [exchange.status for exchange in again.exchanges] == [400]
    assert started.state() == "accepted"


def test_wallet_refuses_a_verifier_that_it_does_not_trust(
    mayas_wallet: Wallet, shop: RelyingService, server: ServerProcess
) -> None:
    """5.08: the tests above mean something, for credo does check who asks."""
    stranger = mayas_wallet.credo.open(issuers=server.anchors("issuer"), verifiers=server.anchors("issuer"))
    answer = stranger.present(shop.ask("identity").authorization_request)
    assert answer.errors
    assert len(answer.exchanges) == 1


def test_log_of_the_server_names_nobody(
    mayas_wallet: Wallet, shop: RelyingService, server: ServerProcess
) -> None:
    """No claim value is logged, of a presentation that showed them."""
    started = shop.ask("identity")
    assert mayas_wallet.present(started.authorization_request).result["status"] == 200
    assert started.result()["claims"]["photo_card"]["family_name"] == MAYAS["family_name"]
    log = server.log()
    assert "/verifier/responses/" in log
    for value in (MAYAS["family_name"], MAYAS["given_name"], MAYAS["birthdate"], "Spadina", MAYA):
        assert value not in log
