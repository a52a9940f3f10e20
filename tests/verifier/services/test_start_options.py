"""How a relying service may ask: every client identifier, by value and by reference; and what it may not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from specs.jose import public_jwk_of
from specs.openid4vp import (
    AuthorizationRequestByValue,
    AuthorizationRequestReference,
    RegisteredClient,
    RequestUriMethod,
    ResponseMode,
    UnsignedRequest,
    parse_authorization_request,
    parse_authorization_request_uri,
    parse_request_object,
    verify_request_object,
)
from tests.verifier.issuing import NOW
from tests.verifier.surroundings import PUBLIC_URL, Desk, claims_of, header_of, query_of, settings_for_tests
from verifier.domain.presentation import (
    MIN_LIFETIME,
    PRESENTATION_LIFETIME,
    ClientIdPrefix,
    CrossDevice,
    Release,
)
from verifier.domain.preset import Preset, Retention
from verifier.domain.relying_service import RelyingService
from verifier.domain.transaction_types import CONSENT, TYPES
from verifier.errors import (
    BadLifetime,
    BadReference,
    BadTransactionData,
    CrossDeviceNotAllowed,
    EvidenceKeyMissing,
    PrefixNotAvailable,
    RequestGone,
    ReturnUrlNotRegistered,
)
from verifier.openid_errors import PresetForSignInOnly
from verifier.services.start_presentation import StartedPresentation, StartOptions, StartPresentation

KNOWN_AS = "ontario-desk"
SIGNED = [prefix for prefix in ClientIdPrefix if prefix.is_signed]
CONSENTS = ({"type": CONSENT, "text": {"en-CA": "Call me.", "fr-CA": "Appelez-moi."}},)


def open_desk() -> Desk:
    return Desk(settings=settings_for_tests(client_id=KNOWN_AS))


async def start(desk: Desk, preset: str = "age-19-or-over", **options: Any) -> StartedPresentation:
    service = await desk.register()
    return await desk.verifier.start(service, preset, StartOptions(**options))


def registered(desk: Desk) -> dict[str, RegisteredClient]:
    """What a wallet knows beforehand: no address of a request among it."""
    signer = desk.verifier.start.links.contents.identity.signer(NOW)
    key = public_jwk_of(signer.public_jwk.key, kid=signer.key_id)
    return {KNOWN_AS: RegisteredClient(KNOWN_AS, (key,), frozenset({f"{PUBLIC_URL}/responses"}))}


async def read(desk: Desk, started: StartedPresentation) -> Any:
    """The request as a wallet of any make reads it, from the link on."""
    known = registered(desk)
    link = parse_authorization_request_uri(started.authorization_request, registered=known)
    if isinstance(link, UnsignedRequest):
        return parse_authorization_request(link, transaction_data_types=TYPES)
    if isinstance(link, AuthorizationRequestReference):
        served = await desk.verifier.serve(started.presentation.request_id, wallet_nonce="wallet-nonce")
        request, wallet_nonce = parse_request_object(served.encode()), "wallet-nonce"
    else:
        assert isinstance(link, AuthorizationRequestByValue)
        request, wallet_nonce = link.request, None
    verified = verify_request_object(
        request,
        client_id=link.client_id,
        anchors=desk.verifier.ring.anchors(),
        now=NOW,
        leeway=timedelta(0),
        wallet_nonce=wallet_nonce,
        registered=known,
    )
    return parse_authorization_request(verified, transaction_data_types=TYPES)


@pytest.mark.parametrize("by_value", [False, True], ids=["by-reference", "by-value"])
@pytest.mark.parametrize("mode", [ResponseMode.DIRECT_POST, ResponseMode.DIRECT_POST_JWT])
@pytest.mark.parametrize("prefix", list(ClientIdPrefix))
async def test_5_08_a_wallet_reads_every_request(
    prefix: ClientIdPrefix, mode: ResponseMode, by_value: bool
) -> None:
    desk = open_desk()
    started = await start(
        desk, prefix=prefix, response_mode=mode, by_value=by_value, transaction_data=CONSENTS
    )
    request = await read(desk, started)
    one = started.presentation
    assert request.client_id.full == one.audience
    assert (request.nonce, request.state, request.response_mode) == (one.nonce, one.state_value, mode)
    known = prefix is ClientIdPrefix.PRE_REGISTERED
    assert request.response_uri == f"{PUBLIC_URL}/responses" + ("" if known else f"/{one.request_id}")
    assert request.query == desk.verifier.presets["age-19-or-over"].query
    assert (request.encryption is not None) == mode.encrypted
    assert [item.encoded for item in request.transaction_data] == list(one.transaction_data)
    assert bool(request.verifier_info) == prefix.is_signed
    assert one.by_value == (by_value or not prefix.is_signed)
    assert (started.request_uri is None) == one.by_value


async def test_5_08_an_unsigned_request_is_never_signed_by_anybody() -> None:
    """Nor does it carry our word on the service, which would vouch for whoever copied it."""
    desk = open_desk()
    started = await start(desk, prefix=ClientIdPrefix.REDIRECT_URI)
    link = query_of(started.authorization_request)
    response_uri = f"{PUBLIC_URL}/responses/{started.presentation.request_id}"
    assert link["client_id"] == f"redirect_uri:{response_uri}"
    assert link["response_uri"] == response_uri
    assert set(link) == {
        *("client_id", "response_type", "response_mode", "response_uri", "nonce", "state"),
        *("dcql_query", "client_metadata"),
    }
    with pytest.raises(RequestGone):
        await desk.verifier.serve(started.presentation.request_id, wallet_nonce=None)


@pytest.mark.parametrize("prefix", SIGNED)
async def test_what_stands_in_the_link_is_not_served_too(prefix: ClientIdPrefix) -> None:
    desk = open_desk()
    started = await start(desk, prefix=prefix, by_value=True)
    assert set(query_of(started.authorization_request)) == {"client_id", "request"}
    with pytest.raises(RequestGone):
        await desk.verifier.serve(started.presentation.request_id, wallet_nonce=None)


async def test_5_08_wallets_that_know_us_beforehand_find_the_key_by_its_name() -> None:
    desk = open_desk()
    started = await start(desk, prefix=ClientIdPrefix.PRE_REGISTERED)
    header = header_of(await desk.verifier.serve(started.presentation.request_id, wallet_nonce=None))
    assert set(header) == {"alg", "typ", "kid"}
    with pytest.raises(PrefixNotAvailable):
        await start(Desk(), prefix=ClientIdPrefix.PRE_REGISTERED)


@pytest.mark.parametrize("method", list(RequestUriMethod))
async def test_5_04_the_method_stands_in_the_link(method: RequestUriMethod) -> None:
    link = query_of((await start(open_desk(), method=method)).authorization_request)
    assert link.get("request_uri_method", "get") == method


async def test_6_12_every_request_has_a_key_of_its_own() -> None:
    """Also those answered in the clear have one, which nobody is told of."""
    desk = open_desk()
    keys, kids = set(), set()
    for _ in range(8):
        started = await start(desk)
        metadata = claims_of(await desk.verifier.serve(started.presentation.request_id, wallet_nonce=None))
        [key] = metadata["client_metadata"]["jwks"]["keys"]
        keys.add(key["x"])
        kids.add(key["kid"])
        assert "d" not in key
        again = claims_of(await desk.verifier.serve(started.presentation.request_id, wallet_nonce=None))
        assert again["client_metadata"] == metadata["client_metadata"]
    assert (len(keys), len(kids)) == (8, 8)
    plain = await start(desk, response_mode=ResponseMode.DIRECT_POST)
    metadata = claims_of(await desk.verifier.serve(plain.presentation.request_id, wallet_nonce=None))
    assert set(metadata["client_metadata"]) == {"vp_formats_supported"}
    assert plain.presentation.response_key


async def test_a_request_survives_a_new_key_of_the_verifier() -> None:
    """What wallets were told we are called stays what answers are bound to."""
    desk = open_desk()
    started = await start(desk)
    identity = replace(desk.verifier.start.links.contents.identity, leaf_hash=lambda _signer: "A" * 43)
    contents = replace(desk.verifier.start.links.contents, identity=identity)
    service = await desk.register()
    parameters = await contents.parameters(started.presentation, service, NOW)
    assert parameters.client_id.full == started.presentation.audience


def with_preset(desk: Desk, **changed: Any) -> StartPresentation:
    """A start whose presets say something else."""
    contents = desk.verifier.start.links.contents
    presets: dict[str, Preset] = {
        name: replace(preset, **changed) for name, preset in contents.presets.items()
    }
    links = replace(desk.verifier.start.links, contents=replace(contents, presets=presets))
    return replace(desk.verifier.start, links=links)


@pytest.mark.parametrize("preset_says", list(CrossDevice))
@pytest.mark.parametrize("wanted", [None, *CrossDevice])
async def test_5_32_no_less_protection_than_the_preset_says(
    preset_says: CrossDevice, wanted: CrossDevice | None
) -> None:
    desk = open_desk()
    service = await desk.register()
    strength = [CrossDevice.OPEN, CrossDevice.CODE, CrossDevice.OFF]
    begin = with_preset(desk, cross_device=preset_says)
    options = StartOptions(cross_device=wanted, release=Release.BROWSER)
    if wanted is not None and strength.index(wanted) < strength.index(preset_says):
        with pytest.raises(CrossDeviceNotAllowed):
            await begin(service, "identity", options)
    else:
        started = await begin(service, "identity", options)
        assert started.presentation.cross_device is (wanted or preset_says)


async def test_7_09_a_preset_that_recognizes_people_is_for_signing_in_alone() -> None:
    """The result would hold the number that a subject is made of."""
    desk = open_desk()
    service = await desk.register("sign-in")
    for options in (StartOptions(), StartOptions(release=Release.BROWSER)):
        with pytest.raises(PresetForSignInOnly):
            await desk.verifier.start(service, "sign-in", options)
    signing_in = StartOptions(release=Release.BROWSER, signs_in=True)
    assert (await desk.verifier.start(service, "sign-in", signing_in)).presentation.preset == "sign-in"


async def test_a_preset_with_evidence_needs_the_key_of_whoever_keeps_it() -> None:
    desk = open_desk()
    service = await desk.register()
    begin = with_preset(desk, evidence=Retention(30, {"en-CA": "a", "fr-CA": "b"}))
    with pytest.raises(EvidenceKeyMissing):
        await begin(service, "identity")
    assert (await begin(_with_key(desk, service), "identity")).presentation.preset == "identity"


def _with_key(desk: Desk, service: RelyingService) -> RelyingService:
    return replace(service, evidence_key=desk.verifier.start.links.contents.identity.signer(NOW).public_jwk)


async def test_visitors_return_to_registered_addresses_only() -> None:
    desk = open_desk()
    service = replace(await desk.register(), return_urls=("https://shop.example/back",))
    started = await desk.verifier.start(
        service, "identity", StartOptions(return_url="https://shop.example/back")
    )
    assert started.presentation.return_url == "https://shop.example/back"
    for wrong in ("https://shop.example/back/", "https://shop.example/", "https://evil.example", ""):
        with pytest.raises(ReturnUrlNotRegistered):
            await desk.verifier.start(service, "identity", StartOptions(return_url=wrong))


@pytest.mark.parametrize("reference", ["", "a" * 65, "é", "a\nb", "\x00", "a\u2028"])
async def test_references_are_short_and_printable(reference: str) -> None:
    with pytest.raises(BadReference):
        await start(open_desk(), reference=reference)
    good = await start(open_desk(), reference="~ order 7 " + "x" * 54)
    assert good.presentation.reference == "~ order 7 " + "x" * 54


async def test_a_request_lives_as_long_as_it_was_asked_to() -> None:
    desk = open_desk()
    for seconds in (30, 31, 300):
        started = await start(desk, lifetime=timedelta(seconds=seconds))
        assert started.presentation.expires_at == NOW + timedelta(seconds=seconds)
    assert (await start(desk)).presentation.expires_at == NOW + PRESENTATION_LIFETIME
    for wrong in (MIN_LIFETIME - timedelta(microseconds=1), timedelta(seconds=301), timedelta(seconds=-30)):
        with pytest.raises(BadLifetime):
            await start(desk, lifetime=wrong)
    longer = Desk(settings=settings_for_tests(presentation_seconds=600))
    assert (await start(longer)).presentation.expires_at == NOW + timedelta(seconds=600)


async def test_more_to_agree_to_than_fits_into_a_link() -> None:
    texts = [{"en-CA": f"{number}" + "é" * 990, "fr-CA": "é" * 1000} for number in range(4)]
    wanted = tuple({"type": CONSENT, "text": text} for text in texts)
    desk = open_desk()
    await start(desk, transaction_data=wanted)
    with pytest.raises(BadTransactionData):
        await start(desk, transaction_data=wanted, by_value=True)
    assert len(await desk.store.latest(9)) == 3  # type: ignore[attr-defined]


async def test_a_relying_service_that_was_switched_off_asks_nobody() -> None:
    desk = open_desk()
    started = await start(desk)
    service = await desk.store.find_service(started.presentation.client_id)
    assert service is not None
    off = replace(service, disabled_at=NOW, version=service.version + 1)
    [event] = await desk.store.latest(1)  # type: ignore[attr-defined]
    assert await desk.store.change_service(off, event)
    with pytest.raises(RequestGone):
        await desk.verifier.serve(started.presentation.request_id, wallet_nonce=None)


async def test_a_mode_of_the_browser_is_not_for_links() -> None:
    with pytest.raises(ValueError, match="browser"):
        await start(open_desk(), response_mode=ResponseMode.DC_API_JWT)
