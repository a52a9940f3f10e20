"""Reading a request: who asks, for what, and what would answer it (OpenID4VP 1.0 sections 5 to 7)."""

from typing import Any

import pytest

from specs.dcql.errors import InvalidQuery
from specs.errors import ProtocolError
from specs.openid4vp import RequestUriMethod, VpErrorResponse, create_x509_san_dns, parse_client_id
from specs.openid4vp.errors import (
    ClientIdChanged,
    ClientIdMismatch,
    InvalidRequestNonce,
    InvalidRequestObject,
    InvalidRequestObjectSignature,
    InvalidResponseUri,
    MissingQuery,
    RedirectUriWithDirectPost,
    RequestObjectNotCurrent,
    ResponseUriNotAllowed,
    SignedRequestRequired,
    UnknownTransactionDataType,
    UnsupportedClientIdPrefix,
    UnsupportedResponseMode,
    UntrustedVerifier,
    VpFormatsNotSupported,
    WrongRequestObjectAudience,
    WrongRequestObjectType,
    WrongWalletNonce,
)
from tests.simulators.internet import json_answer
from tests.simulators.issuer import VCT, authority, signer_below
from tests.simulators.verifier import NONCE, STATE
from tests.simulators.wallet import NOW, World
from wallet_api.domain.account import Account
from wallet_api.domain.event import EventName
from wallet_api.domain.trust import Trust
from wallet_api.errors import VerifierUnreachable
from wallet_api.ports import HttpAnswer
from wallet_api.services.open_request import OpenedRequest


async def open_request(
    world: World, account: Account, link: str | None = None, trust: Trust | None = None
) -> OpenedRequest:
    return await world.wallet(trust=trust).open_request(account, link or world.verifier.link())


def ask(world: World, *claims: dict[str, Any], vct: str = VCT, **members: Any) -> None:
    """A query for one credential."""
    one: dict[str, Any] = {"id": "one", "format": "dc+sd-jwt", "meta": {"vct_values": [vct]}, **members}
    if claims:
        one["claims"] = list(claims)
    world.verifier.query = {"credentials": [one]}


async def test_the_resident_sees_who_asks_and_exactly_what_would_be_shown(
    world: World, account: Account
) -> None:
    card = await world.receive(account)

    opened = await open_request(world, account)

    assert opened.verifier.client_id == world.verifier.client_id.full
    assert opened.verifier.name == "verifier.example"
    assert opened.verifier.trusted
    assert opened.can_answer
    [one] = opened.requested
    assert (one.query_id, one.type, one.credential_id) == ("age", "photo-card", card.credential_id)
    assert one.claims == (("age_equal_or_over", "19"),)
    assert one.always_shown == (("issuing_country",),)
    assert not opened.why_not
    assert not world.verifier.responses
    assert world.store.events[-1].name is EventName.PRESENTATION_OPENED


async def test_looking_at_a_request_uses_up_no_copy(world: World, account: Account) -> None:
    card = await world.receive(account)
    for _ in range(3):
        await open_request(world, account)

    assert (await world.store.credentials_of(account.account_id))[0].copies_left == card.copies


@pytest.mark.parametrize("method", RequestUriMethod)
async def test_5_04_the_object_is_fetched_as_the_link_says(
    world: World, account: Account, method: RequestUriMethod
) -> None:
    world.verifier.method = method

    await open_request(world, account)

    [call] = world.internet.called("/request-objects/1")
    assert call.method == method.value.upper()
    assert call.accept == "application/oauth-authz-req+jwt"
    assert ("wallet_nonce" in dict(call.fields)) is (method is RequestUriMethod.POST)


async def test_5_08_a_verifier_named_by_its_dns_name(world: World, account: Account) -> None:
    client_id = create_x509_san_dns("verifier.example")
    world.verifier.linked_client, world.verifier.claims = client_id, {"client_id": client_id.full}

    assert (await open_request(world, account)).verifier.client_id == "x509_san_dns:verifier.example"


# Before the request is known to be the verifier's own nothing leaves, not even an error.

STRANGER = signer_below(authority(NOW), NOW, "verifier.example")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"header": {"typ": "JWT"}}, WrongRequestObjectType),
        ({"header": {"typ": None}}, WrongRequestObjectType),
        ({"header": {"x5c": None}}, UntrustedVerifier),
        ({"claims": {"aud": "https://other.example"}}, WrongRequestObjectAudience),
        ({"claims": {"client_id": "x509_san_dns:verifier.example"}}, ClientIdChanged),
        ({"claims": {"client_id": "x509_hash:" + "A" * 43}}, ClientIdChanged),
        ({"claims": {"wallet_nonce": "another"}}, WrongWalletNonce),
        ({"claims": {"wallet_nonce": None}}, WrongWalletNonce),
        ({"claims": {"exp": int(NOW.timestamp()) - 61}}, RequestObjectNotCurrent),
        ({"claims": {"iat": int(NOW.timestamp()) + 3600}}, RequestObjectNotCurrent),
        ({"claims": {"response_mode": "fragment"}}, UnsupportedResponseMode),
        ({"claims": {"response_mode": None}}, UnsupportedResponseMode),
        ({"claims": {"response_uri": None}}, InvalidResponseUri),
        ({"claims": {"response_uri": "http://verifier.example/responses/1"}}, InvalidResponseUri),
        ({"claims": {"redirect_uri": "https://verifier.example/"}}, RedirectUriWithDirectPost),
        ({"claims": {"request_uri": "https://verifier.example/2"}}, InvalidRequestObject),
        ({"signed_by": STRANGER}, UntrustedVerifier),
        ({"tamper": lambda body: body[:-4] + b"AAAA"}, InvalidRequestObjectSignature),
        ({"tamper": lambda _: b"not.a.jws"}, InvalidRequestObject),
        ({"tamper": lambda _: b"\xff"}, InvalidRequestObject),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_a_request_that_is_not_the_verifiers_own_is_not_answered_at_all(
    world: World, account: Account, changes: dict[str, Any], error: type[ProtocolError]
) -> None:
    await world.receive(account)
    link = world.verifier.link()
    for name, value in changes.items():
        setattr(world.verifier, name, value)

    with pytest.raises(error):
        await open_request(world, account, link)

    assert not world.verifier.responses
    assert [call.url for call in world.internet.calls if "verifier" in call.url] == [
        "https://verifier.example/request-objects/1"
    ]


async def test_without_anchors_no_verifier_is_trusted(world: World, account: Account) -> None:
    with pytest.raises(UntrustedVerifier):
        await open_request(world, account, trust=Trust(world.trust().issuers))
    assert not world.verifier.responses


async def test_an_issuer_is_not_thereby_a_verifier(world: World, account: Account) -> None:
    world.verifier.signed_by = signer_below(world.issuer.root, NOW, "verifier.example")

    with pytest.raises(UntrustedVerifier):
        await open_request(world, account)


async def test_5_08_a_client_id_that_is_not_the_certificates(world: World, account: Account) -> None:
    other = create_x509_san_dns("other.example")
    world.verifier.linked_client, world.verifier.claims = other, {"client_id": other.full}

    with pytest.raises(ClientIdMismatch):
        await open_request(world, account)


async def test_5_11_an_answer_stays_on_the_host_that_asks(world: World, account: Account) -> None:
    client_id = create_x509_san_dns("verifier.example")
    world.verifier.linked_client = client_id
    world.verifier.claims = {"client_id": client_id.full, "response_uri": "https://other.example/1"}

    with pytest.raises(ResponseUriNotAllowed):
        await open_request(world, account)


async def test_a_prefix_that_we_cannot_check_is_refused_before_anything_is_fetched(
    world: World, account: Account
) -> None:
    world.verifier.linked_client = parse_client_id("verifier_attestation:verifier.example")

    with pytest.raises(UnsupportedClientIdPrefix):
        await open_request(world, account)
    assert not world.internet.calls


async def test_an_unsigned_request_of_a_client_that_must_sign_is_refused(
    world: World, account: Account
) -> None:
    with pytest.raises(SignedRequestRequired):
        await open_request(world, account, "openid4vp://?client_id=x&response_type=vp_token")


@pytest.mark.parametrize(
    "answer",
    [
        HttpAnswer(200, "application/json", b"{}"),
        HttpAnswer(200, "application/jwt", b"a.b.c"),
        HttpAnswer(404, "application/oauth-authz-req+jwt", b"a.b.c"),
        HttpAnswer(200, "application/oauth-authz-req+jwt", b"x" * 300_000),
    ],
    ids=["json", "jwt", "404", "oversized"],
)
async def test_5_02_any_other_answer_ends_it(world: World, account: Account, answer: HttpAnswer) -> None:
    world.verifier.request_answer = lambda: answer

    with pytest.raises(VerifierUnreachable):
        await open_request(world, account)


# From here on the verifier is told.


@pytest.mark.parametrize(
    ("claims", "error", "code"),
    [
        ({"nonce": None}, InvalidRequestNonce, "invalid_request"),
        ({"nonce": "not url safe!"}, InvalidRequestNonce, "invalid_request"),
        ({"dcql_query": None}, MissingQuery, "invalid_request"),
        ({"dcql_query": {"credentials": []}}, InvalidQuery, "invalid_request"),
        (
            {"transaction_data": ["eyJ0eXBlIjoicGF5In0"]},
            UnknownTransactionDataType,
            "invalid_transaction_data",
        ),
        (
            {"client_metadata": {"vp_formats_supported": {"mso_mdoc": {}}}},
            VpFormatsNotSupported,
            "vp_formats_not_supported",
        ),
        (
            {"client_metadata": {"vp_formats_supported": {"dc+sd-jwt": {"kb-jwt_alg_values": ["ES384"]}}}},
            VpFormatsNotSupported,
            "vp_formats_not_supported",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_5_28_a_wrong_request_is_refused_to_the_verifier_by_its_code(
    world: World, account: Account, claims: dict[str, Any], error: type[ProtocolError], code: str
) -> None:
    world.verifier.claims = claims

    with pytest.raises(error):
        await open_request(world, account)

    [response] = world.verifier.responses
    assert isinstance(response, VpErrorResponse)
    assert (response.error, response.state) == (code, STATE)


async def test_a_verifier_that_does_not_want_to_hear_it_changes_nothing(
    world: World, account: Account
) -> None:
    world.verifier.claims = {"nonce": None}
    world.verifier.response_answer = lambda: json_answer({}, 500)

    with pytest.raises(InvalidRequestNonce):
        await open_request(world, account)


# What fits, and why not.


async def why_not(world: World, account: Account) -> list[tuple[str, tuple[Any, ...] | None]]:
    opened = await open_request(world, account)
    assert not opened.can_answer
    assert all(one.credential_id is None for one in opened.requested)
    assert all(one.english and one.french for one in opened.why_not)
    return [(one.code, one.path) for one in opened.why_not]


async def test_an_empty_wallet_has_nothing_to_show(world: World, account: Account) -> None:
    assert await why_not(world, account) == [("no_credential", None)]


async def test_a_card_of_another_type_does_not_answer_and_is_not_opened(
    world: World, account: Account
) -> None:
    await world.receive(account)
    ask(world, {"path": ["family_name"]}, vct="https://issuer.example/types/licence/1")

    assert await why_not(world, account) == [("no_credential", None)]


async def test_5_13_a_claim_that_is_not_there(world: World, account: Account) -> None:
    await world.receive(account)
    ask(world, {"path": ["portrait"]}, {"path": ["family_name"]})

    assert await why_not(world, account) == [("claim_absent", ("portrait",))]


async def test_5_14_a_minor_has_nothing_to_show(world: World, account: Account) -> None:
    """decisions.md, Age: presets ask for `true`; a minor's wallet has nothing that answers."""
    ages = {"age_equal_or_over": {"18": False, "19": False, "65": False}}
    world.issuer.claims = {**world.issuer.claims, **ages}
    await world.receive(account)

    assert await why_not(world, account) == [("claim_value", ("age_equal_or_over", "19"))]


async def test_5_17_an_authority_that_is_not_above_it(world: World, account: Account) -> None:
    await world.receive(account)
    ask(world, trusted_authorities=[{"type": "aki", "values": ["AAAA"]}])

    assert await why_not(world, account) == [("authority", None)]


async def test_an_expired_card_is_not_offered(world: World, account: Account) -> None:
    await world.receive(account)
    world.clock.advance(days=30)
    world.verifier.now = world.clock.moment

    assert await why_not(world, account) == [("expired", None)]


async def test_5_18_a_type_that_extends_the_requested_one_answers(world: World, account: Account) -> None:
    parent = "https://issuer.example/tenant/types/card/1"
    world.internet.sites[parent] = lambda _: json_answer({"vct": parent})
    world.issuer.type_metadata = world.issuer.type_metadata[:-1] + b',"extends":"' + parent.encode() + b'"}'
    card = await world.receive(account)
    ask(world, {"path": ["family_name"]}, vct=parent)

    opened = await open_request(world, account)

    assert [one.credential_id for one in opened.requested] == [card.credential_id]


async def test_the_newest_of_several_cards_is_suggested(world: World, account: Account) -> None:
    await world.receive(account)
    world.clock.advance(seconds=1)
    newer = await world.receive(account)

    opened = await open_request(world, account)

    assert [one.credential_id for one in opened.requested] == [newer.credential_id]


async def test_another_accounts_cards_answer_nothing(world: World, account: Account) -> None:
    await world.receive(account)
    other = await world.account("somebody else")

    assert await why_not(world, other) == [("no_credential", None)]


async def test_the_verifier_does_not_learn_whether_there_is_a_card(world: World, account: Account) -> None:
    """Section 15.9: looking at a request sends the same, whatever is in the wallet."""
    await open_request(world, account)
    without = [(call.method, call.url) for call in world.internet.calls]
    await world.receive(account)
    before = len(world.internet.calls)
    await open_request(world, account)

    assert [(call.method, call.url) for call in world.internet.calls[before:]] == without
    assert NONCE not in str(world.internet.calls)
