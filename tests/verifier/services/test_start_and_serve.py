"""Starting a presentation and serving its request object (5.01 to 5.08, 5.30)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from specs.openid4vp import (
    parse_authorization_request,
    parse_client_id,
    parse_request_object,
    verify_request_object,
)
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import NOW, SimulatedIssuer
from tests.verifier.surroundings import PUBLIC_URL, Desk, claims_of, header_of, query_of
from verifier.domain.event import EventName
from verifier.domain.presentation import PRESENTATION_LIFETIME, ClientIdPrefix, RequestId
from verifier.errors import RequestGone, UnknownPreset
from verifier.services.start_presentation import StartedPresentation, StartOptions

HASH, SAN = ClientIdPrefix.X509_HASH, ClientIdPrefix.X509_SAN_DNS


async def start(desk: Desk, prefix: ClientIdPrefix = HASH) -> StartedPresentation:
    service = await desk.register()
    return await desk.verifier.start(service, "identity", StartOptions(prefix=prefix, locale="fr-CA"))


async def serve(desk: Desk, started: StartedPresentation, wallet_nonce: str | None = None) -> str:
    return await desk.verifier.serve(started.presentation.request_id, wallet_nonce=wallet_nonce)


async def events(desk: Desk) -> list[EventName]:
    return [event.name for event in await desk.store.latest(99)]  # type: ignore[attr-defined]


async def test_the_link_says_who_asks_and_where_the_request_is() -> None:
    started = await start(Desk())
    link = query_of(started.authorization_request)
    assert started.authorization_request.startswith("openid4vp://?")
    assert set(link) == {"client_id", "request_uri", "request_uri_method"}
    assert link["request_uri"] == started.request_uri
    assert started.request_uri == f"{PUBLIC_URL}/request-objects/{started.presentation.request_id}"
    assert link["request_uri_method"] == "post"


async def test_5_30_every_secret_is_fresh_and_none_is_another() -> None:
    desk = Desk()
    seen: list[str] = []
    for _ in range(20):
        started = await start(desk)
        one = started.presentation
        seen += [started.transaction_id, one.request_id, one.nonce, one.state_value]
        assert started.transaction_id.encode() not in one.transaction_hash
        assert started.transaction_id not in started.authorization_request
    assert len(set(seen)) == len(seen)
    assert {len(secret) for secret in seen} == {22}


async def test_a_relying_service_asks_only_with_presets_it_is_registered_for() -> None:
    desk = Desk()
    service = await desk.register("age-19-or-over")
    for preset in ("identity", "nobody", ""):
        with pytest.raises(UnknownPreset):
            await desk.ask(preset, service)
    assert EventName.PRESENTATION_REQUESTED not in await events(desk)


@pytest.mark.parametrize("prefix", [HASH, SAN])
@pytest.mark.parametrize("wallet_nonce", [None, "wallet-nonce"])
async def test_a_wallet_understands_and_believes_the_request(
    prefix: ClientIdPrefix, wallet_nonce: str | None
) -> None:
    desk = Desk()
    started = await start(desk, prefix)
    text = await serve(desk, started, wallet_nonce)
    verified = verify_request_object(
        parse_request_object(text.encode()),
        client_id=parse_client_id(query_of(started.authorization_request)["client_id"]),
        anchors=desk.verifier.ring.anchors(),
        now=NOW,
        leeway=timedelta(0),
        wallet_nonce=wallet_nonce,
    )
    assert verified.response_uri == f"{PUBLIC_URL}/responses/{started.presentation.request_id}"
    request = parse_authorization_request(verified, transaction_data_types={})
    assert request.query == desk.verifier.presets["identity"].query


@pytest.mark.parametrize("prefix", [HASH, SAN])
async def test_the_request_object_says_exactly_this(prefix: ClientIdPrefix) -> None:
    """5.01 to 5.08, and nothing more: no scope, redirect_uri, client_id_scheme, sub, null."""
    desk = Desk()
    started = await start(desk, prefix)
    text = await serve(desk, started)
    one = started.presentation
    header, claims = header_of(text), claims_of(text)
    assert set(header) == {"alg", "typ", "x5c"}
    assert (header["alg"], header["typ"]) == ("ES256", "oauth-authz-req+jwt")
    assert len(header["x5c"]) == 1
    [info] = claims.pop("verifier_info")
    assert claims_of(info["data"])["exp"] == claims["exp"]
    [key] = claims["client_metadata"].pop("jwks")["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "use", "alg", "kid"}
    assert (key["alg"], key["use"], key["crv"]) == ("ECDH-ES", "enc", "P-256")
    query = claims.pop("dcql_query")
    assert [credential["id"] for credential in query["credentials"]] == ["photo_card"]
    assert claims == {
        "aud": "https://self-issued.me/v2",
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + PRESENTATION_LIFETIME).timestamp()),
        "client_id": query_of(started.authorization_request)["client_id"],
        "response_type": "vp_token",
        "response_mode": "direct_post.jwt",
        "response_uri": f"{PUBLIC_URL}/responses/{one.request_id}",
        "nonce": one.nonce,
        "state": one.state_value,
        "client_metadata": {
            "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
            "vp_formats_supported": {
                "dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
            },
        },
    }


def without_info(claims: dict[str, Any]) -> dict[str, Any]:
    """What is signed anew each time compared by what it says."""
    [info] = claims.pop("verifier_info")
    return {**claims, "registration": claims_of(info["data"])}


async def test_5_02_the_request_is_served_again_and_again_while_it_is_open() -> None:
    desk = Desk()
    started = await start(desk)
    first = without_info(claims_of(await serve(desk, started)))
    for wallet_nonce in (None, "one", "two"):
        claims = without_info(claims_of(await serve(desk, started, wallet_nonce)))
        assert claims.pop("wallet_nonce", None) == wallet_nonce
        assert claims == first
    assert (await events(desk)).count(EventName.REQUEST_OBJECT_RETRIEVED) == 1


async def test_5_30_the_request_is_dead_after_completion() -> None:
    desk = Desk()
    asked = await desk.ask()
    card = present(SimulatedIssuer().issue(), asked.binding(), NINETEEN)
    await asked.respond({"photo_card": [card]})
    with pytest.raises(RequestGone):
        await serve(desk, asked.started)


async def test_a_cancelled_request_is_dead_too() -> None:
    asked = await Desk().ask()
    await asked.refuse()
    with pytest.raises(RequestGone):
        await serve(asked.desk, asked.started)


async def test_the_request_lives_for_five_minutes() -> None:
    desk = Desk()
    started = await start(desk)
    desk.clock.advance(seconds=PRESENTATION_LIFETIME.total_seconds() - 0.001)
    await serve(desk, started)
    desk.clock.advance(seconds=0.001)
    with pytest.raises(RequestGone):
        await serve(desk, started)


async def test_unknown_requests_are_gone() -> None:
    with pytest.raises(RequestGone):
        await Desk().verifier.serve(RequestId("A" * 22), wallet_nonce=None)


async def test_a_preset_that_was_taken_away_is_not_asked_any_more() -> None:
    desk = Desk()
    started = await start(desk)
    serve_without = replace(desk.verifier.serve, contents=replace(desk.verifier.serve.contents, presets={}))
    with pytest.raises(RequestGone):
        await serve_without(started.presentation.request_id, wallet_nonce=None)
