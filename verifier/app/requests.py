"""Requests to wallets and their responses, wired."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256

from keys import KeyPurpose, KeyRing
from specs.encoding import b64url_encode
from specs.jose import parse_x5c
from verifier.app.kept import build_keeping
from verifier.app.outside import Outside
from verifier.domain.preset import Preset
from verifier.services.browser_requests import BrowserRequests
from verifier.services.receive_response import ReceiveResponse
from verifier.services.registration import Registrations
from verifier.services.request_contents import RequestContents
from verifier.services.request_links import RequestLinks
from verifier.services.requests import RequestIdentity
from verifier.services.response_keys import ResponseKeys
from verifier.services.results import ResultSeals
from verifier.services.serve_request_object import ServeRequestObject
from verifier.services.start_presentation import StartPresentation
from verifier.services.verify_presentation import VerifyPresentation
from verifier.settings import Settings


@dataclass(frozen=True, slots=True)
class RequestServices:
    """Everything between a relying service's wish and a wallet's answer."""

    start: StartPresentation
    serve: ServeRequestObject
    receive: ReceiveResponse
    links: RequestLinks
    browser: BrowserRequests


def build_requests(
    settings: Settings,
    ring: KeyRing,
    outside: Outside,
    presets: Mapping[str, Preset],
    *,
    verify: VerifyPresentation,
    seals: ResultSeals,
) -> RequestServices:
    """Wires the services."""
    store, clock, randomness = outside.store, outside.clock, outside.randomness
    allow_http = not settings.https
    contents = RequestContents(
        presets, _identity(settings, ring), ResponseKeys(seals.secret), Registrations(settings.public_url)
    )
    links = RequestLinks(contents, allow_http)
    keep = build_keeping(settings, ring, outside, contents, seals)
    return RequestServices(
        start=StartPresentation(store, links, clock, randomness, settings.presentation_lifetime),
        serve=ServeRequestObject(store, store, contents, clock),
        receive=ReceiveResponse(store, contents, verify, seals, clock, randomness, keep),
        links=links,
        browser=BrowserRequests(store, contents, clock, allow_http),
    )


@lru_cache(16)  # asked for every request; the chains are our own, one for each key
def _leaf_hash(chain: tuple[str, ...]) -> str:
    return b64url_encode(parse_x5c(chain)[0].fingerprint(SHA256()))


def _identity(settings: Settings, ring: KeyRing) -> RequestIdentity:
    return RequestIdentity(
        urlsplit(settings.public_url).hostname or "localhost",
        settings.public_url,
        lambda now: ring.signer_for(KeyPurpose.REQUEST_OBJECT, now),
        lambda signer: _leaf_hash(signer.certificate_chain),
        registered=settings.client_id or None,
    )
