"""Other people's libraries read what our running issuer signs, and what our protocol cores present.

The IETF reference implementation of SD-JWT (`sd-jwt`) verifies and presents; PyJWT and joserfc look at keys,
credentials and access tokens.
"""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import joserfc.jwt
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import KeySet
from jwcrypto.jwk import JWK
from sd_jwt.holder import SDJWTHolder
from sd_jwt.verifier import SDJWTVerifier

from specs.openid4vp import AuthorizationRequest
from tests.interop.cores_wallet import Card, CoresWallet, open_cores_wallet
from tests.interop.desks import IssuingDesk, RelyingService
from tests.interop.register import ARJUN, MAYA, claims_of
from tests.interop.server_process import ServerProcess, fetch

AUDIENCE = "x509_hash:somebody"
NONCE = "some-nonce-of-a-request"
EVERYTHING = {
    **dict.fromkeys(("family_name", "given_name", "birthdate", "sex"), True),
    "address": dict.fromkeys(("street_address", "locality", "region", "postal_code", "country"), True),
}


@pytest.fixture(scope="module")
def wallet(server: ServerProcess) -> Iterator[CoresWallet]:
    wallet = open_cores_wallet(server.anchors("verifier"))
    yield wallet
    wallet.client.close()


@pytest.fixture(scope="module")
def mayas_card(wallet: CoresWallet, desk: IssuingDesk) -> Card:
    return wallet.receive(desk.offer(MAYA, "photo-card", tx_code=True, by="value"))


def leaf_key(_issuer: str, header: dict[str, Any]) -> JWK:
    """The key of the certificate in `x5c`, as the reference asks for it."""
    leaf = x509.load_der_x509_certificate(b64decode(header["x5c"][0]))
    return JWK.from_pem(leaf.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_reference_verifies_a_credential_of_the_running_issuer(
    mayas_card: Card, server: ServerProcess
) -> None:
    """1.01 to 1.11, 2.02: signature, digests, decoys and nesting, with all disclosures and with none."""
    claims = SDJWTVerifier(mayas_card.text, leaf_key).get_verified_payload()
    assert claims["iss"] == server.issuer
    assert claims["vct"] == f"{server.issuer}/types/photo-card/1"
    expected = claims_of(MAYA)
    assert {name: claims[name] for name in expected} == expected

    bare = SDJWTVerifier(f"{mayas_card.text.partition('~')[0]}~", leaf_key).get_verified_payload()
    assert (bare["address"], bare["age_equal_or_over"]) == ({}, {})
    assert not {"family_name", "given_name", "birthdate", "document_number"} & bare.keys()


def test_reference_refuses_a_credential_that_was_changed(mayas_card: Card) -> None:
    """1.22: the test above means something."""
    header, payload, signature = mayas_card.text.partition("~")[0].split(".")
    other = signature[:-4] + ("AAAA" if signature[-4:] != "AAAA" else "BBBB")
    with pytest.raises(Exception, match=r"(?i)verification|signature"):
        SDJWTVerifier(f"{header}.{payload}.{other}~", leaf_key)


def present(wallet: CoresWallet, shop: RelyingService, card: Card, preset: str) -> tuple[Any, str]:
    """The request, and the one presentation that our cores make for it."""
    request = wallet.read(shop.ask(preset).authorization_request)
    (presentation,) = wallet.answer(request, card).values()
    return request, presentation


def test_reference_verifies_a_presentation_of_our_cores(
    wallet: CoresWallet, shop: RelyingService, mayas_card: Card
) -> None:
    """1.17 to 1.20, 5.25: key binding to the request's nonce and client id, and only what was asked."""
    request, presentation = present(wallet, shop, mayas_card, "ontario-resident")
    verifier = SDJWTVerifier(presentation, leaf_key, request.client_id.full, request.nonce)
    claims = verifier.get_verified_payload()
    assert claims["address"] == {"region": "ON", "locality": "Toronto"}
    assert claims["age_equal_or_over"] == {}
    assert "family_name" not in claims

    for audience, nonce in ((AUDIENCE, request.nonce), (request.client_id.full, NONCE)):
        with pytest.raises(ValueError, match=r"Invalid (audience|nonce)"):
            SDJWTVerifier(presentation, leaf_key, audience, nonce)
    issuer_jwt, _, *rest = presentation.split("~")
    with pytest.raises(ValueError, match="Invalid digest in KB-JWT"):
        SDJWTVerifier("~".join((issuer_jwt, *rest)), leaf_key, request.client_id.full, request.nonce)


def presented_by_reference(card: Card, request: AuthorizationRequest, disclose: dict[str, Any]) -> str:
    """The same card, shown by the reference implementation."""
    holder = SDJWTHolder(card.text)
    holder.create_presentation(disclose, request.nonce, request.client_id.full, card.jwk())
    return str(holder.sd_jwt_presentation)


@pytest.mark.parametrize(
    "disclose",
    [{"address": {"region": True, "locality": True}}, EVERYTHING],
    ids=["what was asked", "more than was asked"],
)
def test_running_verifier_accepts_a_presentation_of_the_reference(
    wallet: CoresWallet, shop: RelyingService, mayas_card: Card, disclose: dict[str, Any]
) -> None:
    """1.31, 5.26: whatever else a wallet shows, the relying service gets what it asked for."""
    started = shop.ask("ontario-resident")
    request = wallet.read(started.authorization_request)
    wallet.send(request, {"photo_card": presented_by_reference(mayas_card, request, disclose)})
    result = started.result()
    assert (result["outcome"], result["clerk_outcome"]) == ("accepted", "valid")
    assert result["claims"] == {"photo_card": {"address": {"region": "ON", "locality": "Toronto"}}}


def test_running_verifier_rejects_a_forced_false(
    wallet: CoresWallet, shop: RelyingService, desk: IssuingDesk
) -> None:
    """5.14, 5.27: a wallet without scruples shows that its minor is not 19."""
    card = wallet.receive(desk.offer(ARJUN, "photo-card", tx_code=True, by="value"))
    started = shop.ask("age-19-or-over")
    request = wallet.read(started.authorization_request)
    forced = presented_by_reference(card, request, {"age_equal_or_over": {"19": True}})
    assert SDJWTVerifier(forced, leaf_key).get_verified_payload()["age_equal_or_over"] == {"19": False}
    wallet.send(request, {"photo_card": forced})
    result = started.result()
    assert (result["outcome"], result["clerk_outcome"]) == ("rejected", "does_not_meet_the_requirement")
    assert [reason["code"] for reason in result["reasons"]] == ["query_not_answered"]
    assert result["claims"] == {}


def test_issuer_key_is_published_and_certified_alike(mayas_card: Card, server: ServerProcess) -> None:
    """2.11, 2.12: PyJWT verifies the credential with the key of `/.well-known/jwt-vc-issuer`."""
    metadata = fetch(f"{server.origin}/.well-known/jwt-vc-issuer/issuer").json()
    assert metadata["issuer"] == server.issuer
    (key,) = jwt.PyJWKSet.from_dict(metadata["jwks"]).keys
    issuer_jwt = mayas_card.text.partition("~")[0]
    claims = jwt.decode(issuer_jwt, key, algorithms=["ES256"], issuer=server.issuer)
    assert claims["vct"] == f"{server.issuer}/types/photo-card/1"
    certified = leaf_key("", jwt.get_unverified_header(issuer_jwt)).export_public(as_dict=True)
    assert {name: certified[name] for name in ("x", "y")} == {
        name: metadata["jwks"]["keys"][0][name] for name in ("x", "y")
    }


def test_access_token_is_signed_by_a_published_key(mayas_card: Card, server: ServerProcess) -> None:
    """4.07, 4.20: joserfc finds the key by its `kid` in the `jwks_uri` of the server metadata."""
    metadata = fetch(f"{server.origin}/.well-known/oauth-authorization-server/issuer").json()
    keys = KeySet.import_key_set(fetch(metadata["jwks_uri"]).json())
    assert all(key.is_private is False for key in keys)
    token = joserfc.jwt.decode(mayas_card.access_token, keys, algorithms=["ES256"])
    assert token.header["typ"] == "at+jwt"
    assert token.claims["iss"] == server.issuer
    assert token.claims["exp"] - token.claims["iat"] <= 300
