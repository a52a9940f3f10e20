"""Every service of the verifier, wired."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256

from keys import KeyPurpose, KeyRing, Secret
from specs.encoding import b64url_encode
from specs.jose import parse_x5c
from verifier.app.outside import Outside
from verifier.app.pages import PageServices, build_pages
from verifier.app.presets import PresetsInForce
from verifier.clients.operator_files import read_presets, vcts_of
from verifier.domain.preset import Preset
from verifier.domain.trust import Trust
from verifier.ports import TrustSource
from verifier.services.get_result import GetResult
from verifier.services.receive_response import ReceiveResponse
from verifier.services.relying_services import RelyingServices
from verifier.services.requests import RequestIdentity
from verifier.services.results import ResultSeals
from verifier.services.serve_request_object import ServeRequestObject
from verifier.services.start_presentation import StartPresentation
from verifier.services.verify_presentation import VerifyPresentation
from verifier.settings import Settings


@dataclass(frozen=True, slots=True)
class Verifier:
    """Every service of the verifier, wired; the command line uses it too."""

    settings: Settings
    ring: KeyRing
    outside: Outside
    presets: Mapping[str, Preset]
    clients: RelyingServices
    start: StartPresentation
    serve: ServeRequestObject
    receive: ReceiveResponse
    results: GetResult
    pages: PageServices


def build_verifier(settings: Settings, ring: KeyRing, outside: Outside, trust: TrustSource) -> Verifier:
    """Wires the services."""
    store, clock, randomness = outside.store, outside.clock, outside.randomness
    presets = PresetsInForce(trust, clock, lambda known: _presets(settings, known))
    identity = _identity(settings, ring)

    def wrapping(version: int | None) -> Secret:
        return ring.secret_for(KeyPurpose.WRAPPING, version)

    seals = ResultSeals(wrapping, randomness)
    verify = VerifyPresentation(trust.current(clock.now()), outside.statuses)
    return Verifier(
        settings=settings,
        ring=ring,
        outside=outside,
        presets=presets,
        clients=RelyingServices(store, presets, clock, randomness, settings.loopback_origins),
        start=StartPresentation(store, presets, identity, clock, randomness, allow_http=not settings.https),
        serve=ServeRequestObject(store, presets, identity, clock),
        receive=ReceiveResponse(store, presets, identity, verify, seals, clock),
        results=GetResult(store, seals, clock),
        pages=build_pages(settings, ring, outside),
    )


def _presets(settings: Settings, trust: Trust) -> Mapping[str, Preset]:
    # Without a trusted issuer there is nothing that could be asked for and accepted.
    if not trust.issuers:
        return {}
    return read_presets(settings.presets_dir, vcts=vcts_of(trust), production=settings.is_production)


@lru_cache(16)  # asked for every response; the chains are our own, one for each key
def _leaf_hash(chain: tuple[str, ...]) -> str:
    return b64url_encode(parse_x5c(chain)[0].fingerprint(SHA256()))


def _identity(settings: Settings, ring: KeyRing) -> RequestIdentity:
    return RequestIdentity(
        urlsplit(settings.public_url).hostname or "localhost",
        settings.public_url,
        lambda now: ring.signer_for(KeyPurpose.REQUEST_OBJECT, now),
        lambda signer: _leaf_hash(signer.certificate_chain),
    )
