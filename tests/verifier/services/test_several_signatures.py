"""The same request, signed for each name of the verifier (OpenID4VP section A.2; 5.34, 6.10)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from keys import KeyPurpose
from specs.encoding import b64url_decode, b64url_encode, parse_json_object
from specs.jose import TrustAnchors, public_jwk_of, trust_anchors
from specs.openid4vp import BrowserRequest, RegisteredClient, verify_multisigned_browser_request
from specs.openid4vp.errors import (
    InvalidRequestObjectSignature,
    UnexpectedOrigin,
    UnknownClient,
)
from tests.verifier.issuing import NOW
from tests.verifier.surroundings import PUBLIC_URL, Desk, settings_for_tests
from verifier.domain.presentation import ClientIdPrefix, Presentation
from verifier.domain.transaction_types import TYPES
from verifier.services.start_presentation import StartOptions

ORIGIN = "https://verifier.example"
MULTISIGNED = "openid4vp-v1-multisigned"
KNOWN_AS = "ontario-desk"
EVERY = [ClientIdPrefix.X509_HASH, ClientIdPrefix.X509_SAN_DNS, ClientIdPrefix.PRE_REGISTERED]


class Offer:
    """What a page offers, and a wallet that may know us by one name or another."""

    def __init__(self, desk: Desk, presentation: Presentation, offered: dict[str, Any]) -> None:
        self.desk, self.presentation = desk, presentation
        self.protocols = [one["protocol"] for one in offered["requests"]]
        [self.data] = [one["data"] for one in offered["requests"] if one["protocol"] == MULTISIGNED]
        self.signatures: list[dict[str, Any]] = self.data["request"]["signatures"]

    def headers(self) -> list[dict[str, Any]]:
        return [
            parse_json_object(b64url_decode(one["protected"]), max_bytes=100_000) for one in self.signatures
        ]

    def read(
        self, *, origin: str = ORIGIN, anchors: TrustAnchors | None = None, registered: bool = False
    ) -> BrowserRequest:
        signer = self.desk.verifier.ring.signer_for(KeyPurpose.REQUEST_OBJECT, NOW)
        key = public_jwk_of(signer.public_jwk.key, kid=signer.key_id)
        client = RegisteredClient(KNOWN_AS, (key,), frozenset(), origins=frozenset({ORIGIN}), name="The desk")
        return verify_multisigned_browser_request(
            self.data,
            origin=origin,
            anchors=self.desk.verifier.ring.anchors() if anchors is None else anchors,
            now=NOW,
            leeway=timedelta(0),
            transaction_data_types=TYPES,
            registered={KNOWN_AS: client} if registered else {},
        )


async def offer(client_id: str | None = KNOWN_AS, **options: Any) -> Offer:
    desk = Desk(settings=settings_for_tests(**({"client_id": client_id} if client_id else {})))
    started = await desk.verifier.start(await desk.register(), "age-19-or-over", StartOptions(**options))
    presentation = started.presentation
    return Offer(desk, presentation, await desk.verifier.browser_requests.create(presentation, ORIGIN))


async def test_5_34_signed_for_every_name_of_ours() -> None:
    made = await offer()
    names = [one["client_id"] for one in made.headers()]
    assert names[0].startswith("x509_hash:")
    assert names[1:] == ["x509_san_dns:verifier.example", KNOWN_AS]


async def test_where_nobody_knows_us_beforehand_the_certificate_has_two_names() -> None:
    made = await offer(client_id=None)
    assert [one["client_id"].partition(":")[0] for one in made.headers()] == ["x509_hash", "x509_san_dns"]


@pytest.mark.parametrize("prefix", list(ClientIdPrefix))
async def test_the_name_that_the_service_asked_for_comes_first(prefix: ClientIdPrefix) -> None:
    made = await offer(prefix=prefix)
    # A request that would not be signed in a link is signed here: with the hash, as the single one.
    expected = prefix if prefix in EVERY else ClientIdPrefix.X509_HASH
    identity = made.desk.verifier.browser_requests.contents.identity
    first = identity.client_id(expected, made.presentation.request_id, NOW)
    assert made.headers()[0]["client_id"] == first.full
    assert len(made.signatures) == len(EVERY)


async def test_a_2_what_is_of_one_name_stands_in_its_header() -> None:
    made = await offer()
    for header, prefix in zip(made.headers(), EVERY, strict=True):
        assert header["typ"] == "oauth-authz-req+jwt"
        assert header["verifier_info"]
        assert ("kid" in header) == (prefix is ClientIdPrefix.PRE_REGISTERED)
        assert ("x5c" in header) == (prefix is not ClientIdPrefix.PRE_REGISTERED)
    payload = parse_json_object(b64url_decode(made.data["request"]["payload"]), max_bytes=100_000)
    assert not {"client_id", "verifier_info"} & set(payload)
    assert payload["expected_origins"] == [ORIGIN]
    assert not any("header" in one for one in made.signatures)


async def test_a_wallet_takes_the_first_name_that_it_can_judge() -> None:
    made = await offer()
    assert made.protocols == [MULTISIGNED, "openid4vp-v1-signed", "openid4vp-v1-unsigned"]
    assert made.read().client_id is not None
    nobody = trust_anchors([])
    with pytest.raises(UnknownClient):
        made.read(anchors=nobody)
    known = made.read(anchors=nobody, registered=True)
    assert known.client_id is not None
    assert known.client_id.full == KNOWN_AS
    assert known.verifier_info == made.read().verifier_info


@pytest.mark.parametrize("broken", [{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}])
async def test_one_signature_that_holds_is_enough(broken: set[int]) -> None:
    made = await offer()
    for position in broken:
        made.signatures[position]["signature"] = b64url_encode(bytes(64))
    names = [one["client_id"] for one in made.headers()]
    whole = [name for position, name in enumerate(names) if position not in broken]
    found = made.read(registered=True).client_id
    assert found is not None
    assert found.full == whole[0]


async def test_without_one_that_holds_it_is_nobodys() -> None:
    made = await offer()
    for one in made.signatures:
        one["signature"] = b64url_encode(bytes(64))
    with pytest.raises(InvalidRequestObjectSignature):
        made.read(registered=True)


async def test_headers_swapped_between_signatures_are_signed_by_nobody() -> None:
    """All are made with one key: the signature is over the header that it stands beside."""
    made = await offer(client_id=None)
    first, second = made.signatures
    first["protected"], second["protected"] = second["protected"], first["protected"]
    with pytest.raises(InvalidRequestObjectSignature):
        made.read()


async def test_it_is_of_no_use_on_another_page() -> None:
    made = await offer()
    for origin in ("https://evil.example", f"{ORIGIN}/", "http://verifier.example", PUBLIC_URL):
        with pytest.raises(UnexpectedOrigin):
            made.read(origin=origin, registered=True)


async def test_an_address_is_no_name_for_a_certificate() -> None:
    made = await offer(client_id=None)
    identity = made.desk.verifier.browser_requests.contents.identity
    on_an_address = replace(identity, host="::1")
    clients = on_an_address.signing_clients(ClientIdPrefix.X509_SAN_DNS, made.presentation.request_id, NOW)
    assert [prefix for prefix, _ in clients] == [ClientIdPrefix.X509_HASH]
    contents = replace(made.desk.verifier.browser_requests.contents, identity=on_an_address)
    alone = replace(made.desk.verifier.browser_requests, contents=contents)
    offered = await alone.create(made.presentation, ORIGIN)
    assert [one["protocol"] for one in offered["requests"]] == made.protocols[1:]
