"""A page's request with several signatures: whose it is, when it is nobody's (OpenID4VP A.2; 5.34, 6.10)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.dcql import parse_dcql_query
from specs.encoding import b64url_decode, b64url_encode, create_json, parse_json_object
from specs.jose import Algorithm, create_x5c, public_jwk_of
from specs.jose.signatures import sign_with
from specs.openid4vp import (
    BrowserProtocol,
    BrowserRequestParameters,
    ClientId,
    ClientSignature,
    RegisteredClient,
    create_client_metadata,
    create_registered,
    create_x509_san_dns,
    prepare_multisigned_browser_request,
)
from specs.openid4vp.errors import (
    ClientIdMismatch,
    InvalidExpectedOrigins,
    InvalidRequestObject,
    InvalidRequestObjectSignature,
    RequestError,
    UnexpectedOrigin,
    UnknownClient,
    UntrustedVerifier,
)
from tests.simulators.issuer import authority, signer_below
from tests.simulators.verifier import AGE, FORMATS, NONCE, RESPONSE_JWK, client_id_of
from tests.simulators.wallet import NOW, World
from tests.specs.jose.certificates import Issued
from wallet_api.domain.account import Account
from wallet_api.services.open_request import OpenedRequest
from wallet_api.services.read_request import PageRequest

ORIGIN = "https://pages.example"
KEY = ec.derive_private_key(0xD35C, ec.SECP256R1())
KNOWN_AS = create_registered("the-desk")
PARAMETERS = BrowserRequestParameters(
    NONCE, parse_dcql_query(AGE), create_client_metadata(FORMATS, jwks=[RESPONSE_JWK])
)


@dataclass
class Name:
    """One of the verifier's names, and the key that it signs with under it."""

    client_id: ClientId
    certificate: Issued | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: KEY)

    def signature(self) -> ClientSignature:
        how: dict[str, Any] = (
            {"certificate_chain": create_x5c([self.certificate.certificate])}
            if self.certificate
            else {"key_id": "desk-1"}
        )
        return ClientSignature(client_id=self.client_id, algorithm=Algorithm.ES256, **how)

    def sign(self, data: bytes) -> bytes:
        return sign_with(self.certificate.key if self.certificate else self.key, Algorithm.ES256, data)


def names(world: World) -> list[Name]:
    """By a certificate that nobody knows, by two names of one that is known, and by agreement."""
    stranger, known = signer_below(authority(NOW), NOW, "verifier.example"), world.verifier.signer
    return [
        Name(client_id_of(stranger), stranger),
        Name(client_id_of(known), known),
        Name(create_x509_san_dns("verifier.example"), known),
        Name(KNOWN_AS),
    ]


def asked(who: Sequence[Name], *origins: str) -> dict[str, Any]:
    prepared = prepare_multisigned_browser_request(
        PARAMETERS,
        clients=[one.signature() for one in who],
        expected_origins=origins or (ORIGIN,),
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )
    return prepared.attach([one.sign(part.data) for one, part in zip(who, prepared.inputs, strict=True)])


def forged(who: Name, header: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    """Signed by somebody who is known, but with other members in it; None leaves one out."""
    request = asked([who])["request"]
    parts = []
    for text, changes in ((request["signatures"][0]["protected"], header), (request["payload"], payload)):
        members = parse_json_object(b64url_decode(text), max_bytes=100_000) | changes
        kept = {name: value for name, value in members.items() if value is not None}
        parts.append(b64url_encode(create_json(kept)))
    signature = b64url_encode(who.sign(".".join(parts).encode()))
    entry = {"protected": parts[0], "signature": signature}
    return {"request": {"payload": parts[1], "signatures": [entry]}}


async def opened(
    world: World, account: Account, data: Any, *, registered: bool = False, origin: str = ORIGIN
) -> OpenedRequest:
    desk = RegisteredClient(
        KNOWN_AS.full,
        (public_jwk_of(KEY.public_key(), kid="desk-1"),),
        frozenset(),
        origins=frozenset({ORIGIN}),
        name="The desk",
    )
    wallet = world.wallet(registered={KNOWN_AS.full: desk} if registered else {})
    page = PageRequest(origin, BrowserProtocol.MULTISIGNED, data)
    return await wallet.open_request.from_page(account, page)


async def test_the_first_name_that_it_can_judge_is_who_asks(world: World, account: Account) -> None:
    who = names(world)
    found = await opened(world, account, asked(who))
    assert found.verifier.client_id == who[1].client_id.full
    assert (found.verifier.trusted, found.verifier.origin) == (True, ORIGIN)

    found = await opened(world, account, asked(who[2:]))
    assert found.verifier.client_id == "x509_san_dns:verifier.example"

    found = await opened(world, account, asked([who[0], who[3]]), registered=True)
    assert (found.verifier.client_id, found.verifier.name) == (KNOWN_AS.full, "The desk")


@pytest.mark.parametrize("broken", [1, 2, 3])
async def test_a_broken_signature_counts_for_nothing_and_spoils_nothing(
    world: World, account: Account, broken: int
) -> None:
    who = names(world)
    data = asked(who)
    data["request"]["signatures"][broken]["signature"] = b64url_encode(bytes(64))
    found = await opened(world, account, data, registered=True)
    assert found.verifier.client_id == who[2 if broken == 1 else 1].client_id.full


async def test_with_every_signature_broken_it_is_nobodys(world: World, account: Account) -> None:
    data = asked(names(world)[1:])
    for one in data["request"]["signatures"]:
        one["signature"] = b64url_encode(bytes(64))
    with pytest.raises(InvalidRequestObjectSignature):
        await opened(world, account, data, registered=True)


async def test_headers_that_changed_places_are_signed_by_nobody(world: World, account: Account) -> None:
    data = asked(names(world)[1:3])
    first, second = data["request"]["signatures"]
    first["protected"], second["protected"] = second["protected"], first["protected"]
    with pytest.raises(InvalidRequestObjectSignature):
        await opened(world, account, data)


async def test_a_name_of_somebody_who_is_known_needs_their_key(world: World, account: Account) -> None:
    """Our own certificate in the header, with the signature of another."""
    stranger, known, *_ = names(world)
    assert stranger.certificate
    assert known.certificate
    lying = Name(known.client_id, known.certificate)
    data = asked([lying])
    signing_input = f"{data['request']['signatures'][0]['protected']}.{data['request']['payload']}"
    signature = sign_with(stranger.certificate.key, Algorithm.ES256, signing_input.encode())
    data["request"]["signatures"][0]["signature"] = b64url_encode(signature)
    with pytest.raises(InvalidRequestObjectSignature):
        await opened(world, account, data)


async def test_where_nobody_is_known_nobody_asks(world: World, account: Account) -> None:
    stranger, *_, desk = names(world)
    with pytest.raises(UntrustedVerifier):
        await opened(world, account, asked([stranger]))
    with pytest.raises(UnknownClient):
        await opened(world, account, asked([stranger, desk]))


@pytest.mark.parametrize(
    ("header", "payload", "error"),
    [
        pytest.param({}, {"client_id": KNOWN_AS.full}, InvalidRequestObject, id="payload-client"),
        pytest.param({}, {"verifier_info": []}, InvalidRequestObject, id="payload-verifier-info"),
        pytest.param({"client_id": None}, {}, RequestError, id="no-client"),
        pytest.param({"client_id": "x509_san_dns:bank.example"}, {}, ClientIdMismatch, id="another-name"),
        pytest.param({"client_id": "redirect_uri:https://a.example"}, {}, RequestError, id="unsigned-name"),
        pytest.param({"client_id": f"origin:{ORIGIN}"}, {}, RequestError, id="origin-as-name"),
        pytest.param({}, {"expected_origins": []}, InvalidExpectedOrigins, id="no-origins"),
        pytest.param({}, {"expected_origins": None}, InvalidExpectedOrigins, id="origins-left-out"),
        pytest.param({}, {"expected_origins": ORIGIN}, InvalidExpectedOrigins, id="origins-as-text"),
        pytest.param({}, {"expected_origins": [f"{ORIGIN}/"]}, UnexpectedOrigin, id="other-spelling"),
    ],
)  # fmt: skip
async def test_refused_for_its_reason(
    world: World, account: Account, header: Any, payload: Any, error: type[RequestError]
) -> None:
    with pytest.raises(error):
        await opened(world, account, forged(names(world)[1], header, payload))


async def test_what_is_outside_the_signature_is_not_believed(world: World, account: Account) -> None:
    """A client identifier in the unprotected header could be anybody's who passed the request on."""
    stranger, known, *_ = names(world)
    data = forged(known, {"client_id": None}, {})
    data["request"]["signatures"][0]["header"] = {"client_id": known.client_id.full}
    with pytest.raises(InvalidRequestObject):
        await opened(world, account, data)
    data = asked([known, stranger])
    data["request"]["signatures"][0]["header"] = {"client_id": stranger.client_id.full}
    with pytest.raises(UntrustedVerifier):
        await opened(world, account, data)


async def test_another_page_cannot_use_it(world: World, account: Account) -> None:
    data = asked(names(world), "https://verifier.example")
    with pytest.raises(UnexpectedOrigin):
        await opened(world, account, data)
    # Nor one that the request names, when the agreement does not.
    data = asked([names(world)[3]], "https://other.example")
    with pytest.raises(UnexpectedOrigin):
        await opened(world, account, data, registered=True, origin="https://other.example")
