"""credo-ts receives from our issuer (OpenID4VCI 1.0, pre-authorized code) and checks what it gets."""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509

from tests.interop.desks import IssuingDesk
from tests.interop.register import JEAN_FRANCOIS, MAYA, SILA, claims_of
from tests.interop.sd_jwt_text import read_sd_jwt
from tests.interop.server_process import ServerProcess, fetch
from tests.interop.wallet_process import Answer, Wallet, WalletProcess

COPIES = 5
TOKEN_REQUEST = {"grant_type", "pre-authorized_code", "resource"}
"""What credo sends. `resource`, and `user_pin` beside `tx_code`, are of those that are to be ignored."""
ABOUT_THE_CREDENTIAL = {"iss", "iat", "exp", "cnf", "vct", "vct#integrity", "status"}

NewWallet = Callable[[], Wallet]


@pytest.fixture(scope="module")
def batch(new_wallet: NewWallet, desk: IssuingDesk) -> Answer:
    """Five copies of Maya's photo card, received by reference with a transaction code."""
    offer = desk.offer(MAYA, "photo-card", tx_code=True)
    return new_wallet().receive(offer, tx_code=offer["tx_code"], copies=COPIES)


def only_card(answer: Answer) -> dict[str, Any]:
    (card,) = answer.result["received"]
    return dict(card)


def about_the_holder(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in ABOUT_THE_CREDENTIAL}


def test_batch_by_reference_with_transaction_code(batch: Answer) -> None:
    """4.09, 4.12, 4.18, 4.28, 4.30: offer by GET, one token, one nonce, one request for all copies."""
    assert batch.result["offered"] == ["photo-card"]
    assert len(only_card(batch)["copies"]) == COPIES
    assert batch.exchange("/token").form().keys() == TOKEN_REQUEST | {"tx_code", "user_pin"}
    assert batch.exchange("/nonce").status == 200
    request = json.loads(batch.exchange("/credential").body)
    assert request["credential_configuration_id"] == "photo-card"
    assert [len(proofs) for proofs in request["proofs"].values()] == [COPIES]
    assert any(exchange.path.startswith("/issuer/offers/") for exchange in batch.exchanges)


def test_claims_of_the_register_arrive_as_they_are(batch: Answer) -> None:
    """1.03, 2.06: everything that credo opened, nothing more."""
    claims = about_the_holder(only_card(batch)["claims"])
    assert re.fullmatch(r"PC(-[0-9A-Z]{4}){3}", claims.pop("document_number"))
    assert re.fullmatch(r"[A-Za-z0-9_-]{16,64}", claims.pop("personal_administrative_number"))
    assert claims == claims_of(MAYA)


def test_copies_cannot_be_linked(batch: Answer) -> None:
    """1.05, 1.14, 3.08, 4.32: own key, salts, signature and index each; times are rounded alike."""
    copies = [read_sd_jwt(copy) for copy in only_card(batch)["copies"]]
    salts = [salt for copy in copies for salt in copy.salts]
    assert len(salts) == len(set(salts)) == sum(len(copy.disclosures) for copy in copies)
    assert len({copy.holder_key for copy in copies}) == COPIES
    assert len({copy.status_entry for copy in copies}) == COPIES
    assert len({(copy.payload["iat"], copy.payload["exp"]) for copy in copies}) == 1
    assert all(copy.payload["iat"] % 3600 == 0 for copy in copies)


def test_signed_by_a_certified_key(batch: Answer, server: ServerProcess) -> None:
    """2.01, 2.12, 6.08: `dc+sd-jwt`, ES256, `x5c` without the anchor and not self-signed."""
    (anchor,) = (x509.load_pem_x509_certificate(pem.encode()) for pem in server.anchors("issuer"))
    for text in only_card(batch)["copies"]:
        header = read_sd_jwt(text).header
        assert (header["typ"], header["alg"]) == ("dc+sd-jwt", "ES256")
        (leaf,) = (x509.load_der_x509_certificate(b64decode(one)) for one in header["x5c"])
        leaf.verify_directly_issued_by(anchor)
        assert leaf.subject != leaf.issuer


def test_status_of_every_copy_was_looked_up(batch: Answer) -> None:
    """3.16, 3.17: credo fetches each list in its JWT form and accepts its signature."""
    lists = [exchange for exchange in batch.exchanges if "/status-lists/" in exchange.path]
    assert len(lists) == COPIES
    assert {exchange.headers["accept"] for exchange in lists} == {"application/statuslist+jwt"}
    assert {exchange.status for exchange in lists} == {200}
    named = {read_sd_jwt(copy).status_entry[0] for copy in only_card(batch)["copies"]}
    assert named == {exchange.url for exchange in lists}


def test_type_metadata_fits_and_says_it_in_french(batch: Answer) -> None:
    """2.15, 2.17, 2.18, 2.20, 2.21: fetched from the `vct`, equal to `vct#integrity`, parsed by credo."""
    card = only_card(batch)
    payload = read_sd_jwt(card["copies"][0]).payload
    served = fetch(payload["vct"])
    digest = b64encode(hashlib.sha256(served.content).digest()).decode()
    assert payload["vct#integrity"] == f"sha256-{digest}"
    assert batch.exchange("/types/photo-card/1").status == 200
    assert card["type_metadata"]["vct"] == payload["vct"]
    names = {display["locale"]: display["name"] for display in card["type_metadata"]["display"]}
    assert names == {"en-CA": "Photo card", "fr-CA": "Carte-photo"}
    labels = {
        tuple(claim["path"]): {display["locale"]: display["label"] for display in claim["display"]}
        for claim in card["type_metadata"]["claims"]
    }
    assert labels["address", "locality"] == {"en-CA": "City or town", "fr-CA": "Ville ou village"}


def test_proof_of_age_by_value_without_transaction_code(new_wallet: NewWallet, desk: IssuingDesk) -> None:
    """4.09, 4.18: the offer is in the link, and the token request has no `tx_code`."""
    offer = desk.offer(JEAN_FRANCOIS, "proof-of-age", by="value")
    assert offer["credential_offer_link"].startswith("openid-credential-offer://?credential_offer=")
    answer = new_wallet().receive(offer)
    claims = about_the_holder(only_card(answer)["claims"])
    assert claims["age_equal_or_over"] == {"18": True, "19": True, "21": True, "25": True, "65": False}
    assert not {"family_name", "given_name", "birthdate", "address", "sex"} & claims.keys()
    assert not any("/offers/" in exchange.path for exchange in answer.exchanges)
    assert answer.exchange("/token").form().keys() == TOKEN_REQUEST
    assert desk.offer_state(offer) == "redeemed"


def test_name_in_syllabics_arrives_unharmed(new_wallet: NewWallet, desk: IssuingDesk) -> None:
    """1.03: a disclosure is the UTF-8 of its JSON."""
    offer = desk.offer(SILA, "photo-card", tx_code=True)
    claims = only_card(new_wallet().receive(offer, tx_code=offer["tx_code"]))["claims"]
    assert (claims["given_name"], claims["family_name"]) == ("ᓯᓚ", "ᐊᓚᓱᐊᖅ")


def test_two_types_in_one_offer(new_wallet: NewWallet, desk: IssuingDesk) -> None:
    """4.10, 4.21, 4.37: one code, one token, a request for each type."""
    offer = desk.offer(MAYA, "photo-card", "proof-of-age", tx_code=True)
    answer = new_wallet().receive(offer, tx_code=offer["tx_code"], copies=2)
    received = {card["configuration"]: len(card["copies"]) for card in answer.result["received"]}
    assert received == {"photo-card": 2, "proof-of-age": 2}
    assert answer.exchange("/token").status == 200
    requests = [exchange for exchange in answer.exchanges if exchange.path.endswith("/credential")]
    assert [exchange.status for exchange in requests] == [200, 200]


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and error code of the token endpoint, and that credo went no further."""
    assert answer.errors
    token = answer.exchange("/token")
    assert answer.exchanges[-1] is token
    return token.status, json.loads(token.answer)["error"]


def test_wrong_transaction_code_is_refused_and_the_right_one_works_afterwards(
    new_wallet: NewWallet, desk: IssuingDesk
) -> None:
    """4.14, 4.18: a slip of the finger does not cost the offer."""
    wallet, offer = new_wallet(), desk.offer(MAYA, "photo-card", tx_code=True)
    wrong = f"{(int(offer['tx_code']) + 1) % 10**6:06}"
    assert refusal(wallet.receive(offer, tx_code=wrong)) == (400, "invalid_grant")
    assert "requires a 'tx_code'" in wallet.receive(offer).errors[0]
    assert desk.offer_state(offer) == "open"
    assert only_card(wallet.receive(offer, tx_code=offer["tx_code"]))["configuration"] == "photo-card"


@pytest.mark.parametrize("by", ["value", "reference"])
def test_offer_is_redeemed_once(new_wallet: NewWallet, desk: IssuingDesk, by: str) -> None:
    """4.12: whoever comes second with the same link gets nothing."""
    offer = desk.offer(MAYA, "proof-of-age", by=by)
    assert only_card(new_wallet().receive(offer))["configuration"] == "proof-of-age"
    second = new_wallet().receive(offer)
    assert second.errors
    assert second.exchanges[-1].status in {400, 404}
    assert not any(exchange.path.endswith("/credential") for exchange in second.exchanges)
    if by == "value":
        assert refusal(second) == (400, "invalid_grant")


def test_wallet_that_does_not_trust_the_authority_keeps_nothing(
    credo: WalletProcess, desk: IssuingDesk, server: ServerProcess
) -> None:
    """2.12: the tests above mean something, for credo does follow the chain to the anchor it was given."""
    stranger = credo.open(issuers=server.anchors("verifier"), verifiers=server.anchors("verifier"))
    answer = stranger.receive(desk.offer(MAYA, "proof-of-age"))
    assert "No trusted certificate was found" in " ".join(answer.errors)


def test_issuer_metadata_as_credo_reads_it(new_wallet: NewWallet, server: ServerProcess) -> None:
    """4.02, 4.04 to 4.07: inserted well-known paths, both languages, and all that a wallet needs to know."""
    answer = new_wallet().metadata(server.issuer)
    assert [exchange.path for exchange in answer.exchanges] == [
        "/.well-known/openid-credential-issuer/issuer",
        "/.well-known/oauth-authorization-server/issuer",
    ]
    issuer, (authorization_server,) = answer.result["issuer"], answer.result["authorization_servers"]
    assert issuer["credential_issuer"] == authorization_server["issuer"] == server.issuer
    assert issuer["nonce_endpoint"] == f"{server.issuer}/nonce"
    assert issuer["batch_credential_issuance"]["batch_size"] >= COPIES
    assert authorization_server["pre-authorized_grant_anonymous_access_supported"] is True
    names = {
        name: {one["locale"]: one["name"] for one in configuration["credential_metadata"]["display"]}
        for name, configuration in answer.result["configurations"].items()
    }
    assert len(names) == 8
    assert all(both.keys() == {"en-CA", "fr-CA"} for both in names.values())
    assert names["photo-card"] == {"en-CA": "Photo card", "fr-CA": "Carte-photo"}
    assert names["proof-of-age"] == {"en-CA": "Proof of age", "fr-CA": "Preuve d’âge"}
    for name, configuration in answer.result["configurations"].items():
        assert configuration["scope"] == name
        assert configuration["proof_types_supported"].keys() == {"jwt"}
        for claim in configuration["credential_metadata"]["claims"]:
            assert [one["locale"] for one in claim["display"]] == ["en-CA", "fr-CA"]
            assert all(one["name"] for one in claim["display"])
