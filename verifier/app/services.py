"""Every service of the verifier, wired."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from keys import KeyPurpose, KeyRing
from verifier.app.bundles import BundleServices, build_bundles
from verifier.app.kept import KeptServices, build_kept
from verifier.app.messages import build_webhooks
from verifier.app.openid.parts import OpenIdParts
from verifier.app.openid.provider import OpenId, build_openid
from verifier.app.outside import Outside, callable_addresses
from verifier.app.pages import PageServices, build_pages
from verifier.app.presets import PresetsInForce
from verifier.app.requests import build_requests
from verifier.clients.presets import PresetFiles, read_preset_files
from verifier.clients.type_descriptions import read_type_descriptions
from verifier.domain.known_types import KnownTypes, known_types
from verifier.domain.preset import Preset
from verifier.ports import TrustSource
from verifier.services.browser_requests import BrowserRequests
from verifier.services.cancel_presentation import CancelPresentation
from verifier.services.get_result import GetResult
from verifier.services.receive_response import ReceiveResponse
from verifier.services.relying_services import RelyingServices
from verifier.services.request_links import RequestLinks
from verifier.services.results import ResultSeals
from verifier.services.serve_request_object import ServeRequestObject
from verifier.services.start_presentation import StartPresentation
from verifier.services.verify_presentation import VerifyPresentation
from verifier.services.webhooks import Webhooks
from verifier.settings import Settings


@dataclass(frozen=True, slots=True)
class Verifier:
    """Every service of the verifier, wired; the command line uses it too."""

    settings: Settings
    ring: KeyRing
    outside: Outside
    trust: TrustSource
    presets: Mapping[str, Preset]
    clients: RelyingServices
    start: StartPresentation
    serve: ServeRequestObject
    receive: ReceiveResponse
    links: RequestLinks
    browser_requests: BrowserRequests
    results: GetResult
    cancel: CancelPresentation
    webhooks: Webhooks
    pages: PageServices
    bundles: BundleServices
    kept: KeptServices
    openid: OpenId


def build_verifier(settings: Settings, ring: KeyRing, outside: Outside, trust: TrustSource) -> Verifier:
    """Wires the services."""
    store, clock, randomness = outside.store, outside.clock, outside.randomness
    files = read_preset_files(settings.presets_dir, production=settings.is_production)
    described = read_type_descriptions(settings.types_dir)
    presets = PresetsInForce(
        trust,
        clock,
        lambda known: _presets(files, known_types(known, described)),
        lambda known: _presets(files, known_types(known, described), leave_out=True),
    )
    seals = ResultSeals(partial(ring.secret_for, KeyPurpose.WRAPPING), randomness)
    verify = VerifyPresentation(trust, outside.issuer_keys, outside.statuses)
    pages = build_pages(settings, ring, outside)
    results = GetResult(store, seals, clock, pages.sessions, settings.result_lifetime)
    requests = build_requests(settings, ring, outside, presets, verify=verify, seals=seals)
    return Verifier(
        settings=settings,
        ring=ring,
        outside=outside,
        trust=trust,
        presets=presets,
        clients=RelyingServices(store, presets, clock, randomness, callable_addresses(settings)),
        start=requests.start,
        serve=requests.serve,
        receive=requests.receive,
        links=requests.links,
        browser_requests=requests.browser,
        results=results,
        cancel=CancelPresentation(store, seals, clock),
        webhooks=build_webhooks(settings, ring, outside, results),
        pages=pages,
        bundles=build_bundles(settings, ring, outside, trust),
        kept=build_kept(settings, outside, seals, pages.sessions),
        openid=build_openid(
            OpenIdParts(
                settings=settings,
                ring=ring,
                outside=outside,
                presets=presets,
                seals=seals,
                start=requests.start,
                results=results,
                pages=pages,
            )
        ),
    )


def _presets(files: PresetFiles, types: KnownTypes, *, leave_out: bool = False) -> Mapping[str, Preset]:
    # Without a trusted issuer there is nothing that could be asked for and accepted.
    return files.resolved(types, leave_out=leave_out) if types.vcts else {}
