"""Reading an offer: a stranger's suggestion, believed in nothing (OpenID4VCI 1.0 sections 4 and 13.5)."""

from typing import Any
from urllib.parse import quote

import pytest

from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.oauth.errors import WrongServerIssuer
from specs.openid4vci.wallet_errors import (
    InvalidCredentialOffer,
    InvalidCredentialOfferUri,
    UnknownOfferedConfiguration,
    WrongAuthorizationServer,
    WrongCredentialIssuer,
)
from tests.simulators.internet import json_answer
from tests.simulators.issuer import ISSUER, ORIGIN, PRE_AUTHORIZED, VCT
from tests.simulators.wallet import World
from wallet_api.domain.account import Account
from wallet_api.domain.event import EventName
from wallet_api.domain.trust import Trust, TrustedCredentialIssuer
from wallet_api.errors import (
    IssuerUnreachable,
    OfferNotSupported,
    UntrustedCredentialIssuer,
)
from wallet_api.services.open_offer import OpenedOffer


async def open_offer(world: World, account: Account, link: str, trust: Trust | None = None) -> OpenedOffer:
    return await world.wallet(trust=trust).open_offer(account, link)


def links(world: World) -> dict[str, str]:
    address = f"{ISSUER}/offers/1"
    return {
        "by value": world.issuer.link(),
        "by reference": f"openid-credential-offer://?credential_offer_uri={quote(address, safe='')}",
        "haip": f"haip-vci://?credential_offer_uri={quote(address, safe='')}",
        "https link of a wallet": f"https://wallet.example/?credential_offer_uri={quote(address, safe='')}",
        "the address itself": address,
        "JSON": create_json(world.issuer.offer()).decode(),
        "with space around": f"\n {world.issuer.link()} ",
    }


@pytest.mark.parametrize("form", links(World()))
async def test_4_09_an_offer_is_read_in_every_form(world: World, account: Account, form: str) -> None:
    opened = await open_offer(world, account, links(world)[form])

    [(offered, _)] = opened.credentials
    assert (offered.configuration_id, offered.vct) == ("photo-card", VCT)
    assert opened.credential_issuer == ISSUER
    assert opened.batch_size == 10
    assert opened.tx_code is None
    assert [one.name for one in world.store.events][-1] is EventName.OFFER_OPENED


async def test_4_02_metadata_is_asked_for_between_host_and_path(world: World, account: Account) -> None:
    await open_offer(world, account, world.issuer.link())

    assert [call.url for call in world.internet.calls] == [
        f"{ORIGIN}/.well-known/openid-credential-issuer/tenant",
        f"{ORIGIN}/.well-known/oauth-authorization-server/tenant",
    ]


async def test_4_12_a_transaction_code_is_needed_when_the_object_is_there_even_empty(
    world: World, account: Account
) -> None:
    grants = {PRE_AUTHORIZED: {"pre-authorized_code": "the-code", "tx_code": {}}}

    opened = await open_offer(world, account, world.issuer.link(grants=grants))

    assert opened.tx_code is not None
    assert (opened.tx_code.length, opened.tx_code.input_mode) == (None, "numeric")


async def test_4_13_an_untrusted_issuer_is_not_even_asked(world: World, account: Account) -> None:
    with pytest.raises(UntrustedCredentialIssuer):
        await open_offer(world, account, world.issuer.link(), Trust())

    assert not world.internet.calls


async def test_2_16_an_issuer_that_is_trusted_for_another_type_is_refused(
    world: World, account: Account
) -> None:
    other = TrustedCredentialIssuer(ISSUER, world.issuer.anchors, frozenset({f"{VCT}0"}))

    with pytest.raises(UntrustedCredentialIssuer):
        await open_offer(world, account, world.issuer.link(), Trust((other,)))


@pytest.mark.parametrize("issuer", [f"{ISSUER}/", ISSUER.upper(), f"{ORIGIN}/tenan"])
async def test_4_01_issuers_are_compared_as_they_are_written(
    world: World, account: Account, issuer: str
) -> None:
    with pytest.raises((UntrustedCredentialIssuer, InvalidCredentialOffer)):
        await open_offer(world, account, world.issuer.link(credential_issuer=issuer))


@pytest.mark.parametrize(
    ("link", "error"),
    [
        ("openid-credential-offer://?nothing=1", InvalidCredentialOfferUri),
        ("openid-credential-offer://?credential_offer=%7B%7D", InvalidCredentialOffer),
        ("mailto:someone", InvalidCredentialOfferUri),
        ("{", InvalidCredentialOffer),
        ("", InvalidCredentialOfferUri),
        (
            "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fissuer.example%2F1",
            InvalidCredentialOfferUri,
        ),
        ("https://[", InvalidCredentialOfferUri),
    ],
)
async def test_what_is_no_offer_is_refused(
    world: World, account: Account, link: str, error: type[ProtocolError]
) -> None:
    with pytest.raises(error):
        await open_offer(world, account, link)


async def test_4_10_an_offer_of_something_the_metadata_does_not_describe_is_refused(
    world: World, account: Account
) -> None:
    with pytest.raises(UnknownOfferedConfiguration):
        await open_offer(world, account, world.issuer.link(credential_configuration_ids=["licence"]))


async def test_4_11_an_authorization_server_that_the_metadata_does_not_list_ends_it(
    world: World, account: Account
) -> None:
    grant = {"pre-authorized_code": "the-code", "authorization_server": "https://other.example"}

    with pytest.raises(WrongAuthorizationServer):
        await open_offer(world, account, world.issuer.link(grants={PRE_AUTHORIZED: grant}))


async def test_metadata_of_another_issuer_is_refused(world: World, account: Account) -> None:
    world.issuer.metadata = {"credential_issuer": "https://other.example"}

    with pytest.raises(WrongCredentialIssuer):
        await open_offer(world, account, world.issuer.link())


async def test_metadata_of_another_authorization_server_is_refused(world: World, account: Account) -> None:
    world.issuer.server_metadata = {"issuer": "https://other.example"}

    with pytest.raises(WrongServerIssuer):
        await open_offer(world, account, world.issuer.link())


@pytest.mark.parametrize(
    "grants", [None, {}, {"authorization_code": {"issuer_state": "x"}}], ids=["none", "empty", "code"]
)
async def test_an_offer_without_pre_authorized_code_is_not_supported(
    world: World, account: Account, grants: Any
) -> None:
    with pytest.raises(OfferNotSupported):
        await open_offer(world, account, world.issuer.link(grants=grants))


async def test_a_server_that_takes_no_pre_authorized_code_is_not_supported(
    world: World, account: Account
) -> None:
    world.issuer.server_metadata = {"grant_types_supported": ["authorization_code"]}

    with pytest.raises(OfferNotSupported):
        await open_offer(world, account, world.issuer.link())


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "jwt_vc_json"},
        {"proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES384"]}}},
        {"proof_types_supported": {"attestation": {"proof_signing_alg_values_supported": ["ES256"]}}},
        {
            "proof_types_supported": {
                "jwt": {"proof_signing_alg_values_supported": ["ES256"], "key_attestations_required": {}}
            }
        },
        {"proof_types_supported": None, "cryptographic_binding_methods_supported": None},
    ],
    ids=["format", "algorithm", "proof type", "key attestation", "no key"],
)
async def test_what_this_wallet_cannot_hold_is_not_accepted(
    world: World, account: Account, changes: dict[str, Any]
) -> None:
    good = world.issuer.issuer_document()["credential_configurations_supported"]["photo-card"]
    changed = {name: value for name, value in (good | changes).items() if value is not None}
    world.issuer.metadata = {"credential_configurations_supported": {"photo-card": changed}}

    with pytest.raises(OfferNotSupported):
        await open_offer(world, account, world.issuer.link())


async def test_an_offer_nobody_serves_is_unreachable(world: World, account: Account) -> None:
    with pytest.raises(IssuerUnreachable):
        await open_offer(world, account, f"{ISSUER}/offers/2")
    with pytest.raises(IssuerUnreachable):
        await open_offer(world, account, "https://nobody.example/offers/1")


async def test_2_14_a_document_of_another_media_type_or_status_is_not_used(
    world: World, account: Account
) -> None:
    world.internet.sites[f"{ISSUER}/offers/"] = lambda _: json_answer(world.issuer.offer(), 201)
    with pytest.raises(IssuerUnreachable):
        await open_offer(world, account, f"{ISSUER}/offers/1")


async def test_an_oversized_offer_is_refused(world: World, account: Account) -> None:
    world.internet.sites[f"{ISSUER}/offers/"] = lambda _: json_answer(
        world.issuer.offer(padding="x" * 65_536)
    )
    with pytest.raises(IssuerUnreachable):
        await open_offer(world, account, f"{ISSUER}/offers/1")


async def test_only_issuer_metadata_is_followed_elsewhere(world: World, account: Account) -> None:
    await open_offer(world, account, f"{ISSUER}/offers/1")

    assert {call.url.rpartition("/")[0]: call.follow for call in world.internet.calls} == {
        f"{ISSUER}/offers": False,
        f"{ORIGIN}/.well-known/openid-credential-issuer": True,
        f"{ORIGIN}/.well-known/oauth-authorization-server": False,
    }
