"""Offline bundles: made for verifiers without a network, from lists that presentations led to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request

from keys import KeyPurpose, KeyRing
from trillium.runtime.tasks import BackgroundTasks
from verifier.app.outside import Outside
from verifier.clients.trust_list import ListedTrust
from verifier.errors import TrustUnavailable
from verifier.ports import SignedTrust, TrustSource
from verifier.services.create_bundle import CreateBundle, RememberLists
from verifier.settings import Settings
from verifier.web.bundles import bundle_router

REMEMBER_EVERY = 60.0


@dataclass(frozen=True, slots=True)
class BundleServices:
    """What there is to do with bundles here; reading them is for verifiers without a network."""

    create: CreateBundle
    remember: RememberLists


class _Unsigned:
    """``ports.SignedTrust`` of a trust that was handed in: there is no list that anybody signed."""

    def signed_list(self, now: datetime) -> str:
        raise TrustUnavailable("no signed trust list")


def build_bundles(settings: Settings, ring: KeyRing, outside: Outside, trust: TrustSource) -> BundleServices:
    """Wires the services."""
    signed: SignedTrust = trust if isinstance(trust, ListedTrust) else _Unsigned()
    create = CreateBundle(
        issuer=settings.public_url,
        offline_types=frozenset(settings.offline_types),
        trust=trust,
        signed_trust=signed,
        issuer_keys=outside.issuer_keys,
        met=outside.offline.met,
        collection=outside.offline.collection,
        signer=lambda now: ring.signer_for(KeyPurpose.BUNDLE, now),
        clock=outside.clock,
    )
    return BundleServices(create, RememberLists(outside.offline.met, outside.clock))


def bundle_routes(bundles: BundleServices, require: Callable[[Request], Awaitable[None]]) -> APIRouter:
    """For whoever holds the management token."""
    return bundle_router(bundles.create, require)


def start_remembering(tasks: BackgroundTasks, bundles: BundleServices, outside: Outside) -> None:
    """Begins to note, now and then, which lists are in use; no write follows a presentation."""

    async def remember() -> None:
        await bundles.remember(outside.statuses.in_use(outside.clock.now()))

    tasks.every(REMEMBER_EVERY, "remember_status_lists", remember)
