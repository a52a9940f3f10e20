"""A relying service starts a presentation with one of its presets (OpenID4VP section 5)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from specs.openid4vp import (
    RequestUriMethod,
    ResponseMode,
)
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.evidence import require_evidence_key
from verifier.domain.presentation import (
    MAX_REFERENCE,
    MIN_LIFETIME,
    PRESENTATION_LIFETIME,
    ClientIdPrefix,
    CrossDevice,
    Presentation,
    Release,
    RequestId,
    TransactionId,
)
from verifier.domain.preset import Preset
from verifier.domain.relying_service import RelyingService
from verifier.domain.transaction_types import create_wanted
from verifier.errors import (
    BadLifetime,
    BadReference,
    CrossDeviceNotAllowed,
    ReturnUrlNotRegistered,
    UnknownPreset,
)
from verifier.openid_errors import PresetForSignInOnly
from verifier.ports import Clock, PresentationStore, Randomness
from verifier.services.request_links import RequestLinks
from verifier.services.requests import SECRET_BYTES, create_secret, create_state, transaction_hash

_REFERENCE: Final = re.compile(rf"[ -~]{{1,{MAX_REFERENCE}}}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions:
    """How to ask. What is asked for is the preset's alone."""

    prefix: ClientIdPrefix = ClientIdPrefix.X509_HASH
    by_value: bool = False
    """The request in the link itself; always so where it is not signed."""
    response_mode: ResponseMode = ResponseMode.DIRECT_POST_JWT
    method: RequestUriMethod = RequestUriMethod.POST
    release: Release = Release.DIRECT
    cross_device: CrossDevice | None = None
    """``None``: as the preset says; nobody may ask for less protection than that."""
    return_url: str | None = None
    """One of the service's registered ones."""
    reference: str | None = None
    transaction_data: tuple[Mapping[str, Any], ...] = ()
    """See verifier.domain.transaction_types."""
    locale: str = "en-CA"
    signs_in: bool = False
    """For the OpenID provider alone, which keeps what people are recognized by to itself."""
    lifetime: timedelta | None = None
    """At most what the verifier's settings allow, which is also what ``None`` gives."""


DEFAULT_OPTIONS: Final = StartOptions()


@dataclass(frozen=True, slots=True)
class StartedPresentation:
    """What the relying service gets. The transaction id exists nowhere else."""

    transaction_id: TransactionId
    presentation: Presentation
    request_uri: str | None
    """``None`` when the request stands in the link."""
    authorization_request: str
    """For a link or a QR code: ``openid4vp://?client_id=…&request_uri=…``."""


@dataclass(frozen=True, slots=True)
class StartPresentation:
    presentations: PresentationStore
    links: RequestLinks
    clock: Clock
    randomness: Randomness
    lifetime: timedelta = PRESENTATION_LIFETIME

    async def __call__(
        self, service: RelyingService, preset_id: str, options: StartOptions = DEFAULT_OPTIONS
    ) -> StartedPresentation:
        """A fresh request with a nonce, a state, a response key and ids of its own.

        Raises:
            UnknownPreset: not a preset, or not one of this relying service.
            PrefixNotAvailable, CrossDeviceNotAllowed, ReturnUrlNotRegistered, BadReference, BadLifetime,
            BadTransactionData: options that cannot be had.
            PresetForSignInOnly: the preset recognizes people, and nobody signs in.
            EvidenceKeyMissing: the preset keeps evidence, which only the service may read.
        """
        preset = self.links.contents.presets.get(preset_id)
        if preset_id not in service.presets or preset is None:
            raise UnknownPreset
        now = self.clock.now()
        _check(service, preset, options)
        transaction_id, presentation = self._create(service, preset, options, now)
        # The link first: what cannot be asked is not kept either.
        link = await self.links.create(presentation, service, now)
        event = Event(
            EventName.PRESENTATION_REQUESTED, Actor("relying-service"), now, service.client_id, preset_id
        )
        await self.presentations.add(presentation, event)
        uri = self.links.contents.identity.request_uri(presentation.request_id)
        return StartedPresentation(transaction_id, presentation, None if presentation.by_value else uri, link)

    def _create(
        self, service: RelyingService, preset: Preset, options: StartOptions, now: datetime
    ) -> tuple[TransactionId, Presentation]:
        random = self.randomness.token_bytes(4 * SECRET_BYTES)
        secrets = [create_secret(random[start:]) for start in range(0, len(random), SECRET_BYTES)]
        transaction_id, request_id = TransactionId(secrets[0]), RequestId(secrets[1])
        requested = preset.query.requested_ids()
        # In the order of the query, which a set does not have.
        query_ids = [one.id for one in preset.query.credentials if one.id in requested]
        wanted = create_wanted(options.transaction_data, query_ids=query_ids)
        presentation = Presentation(
            request_id=request_id,
            transaction_hash=transaction_hash(transaction_id),
            client_id=service.client_id,
            preset=preset.id,
            prefix=options.prefix,
            nonce=secrets[2],
            state_value=create_state(options.prefix, request_id, secrets[3]),
            locale=options.locale,
            created_at=now,
            expires_at=now + self._lifetime(options),
            audience=self.links.contents.identity.client_id(options.prefix, request_id, now).full,
            by_value=options.by_value or not options.prefix.is_signed,
            response_mode=options.response_mode,
            method=options.method,
            # Also for an answer in the clear: a page may offer the browser's API beside it.
            response_key=self.links.contents.keys.create(request_id),
            transaction_data=tuple(item.encoded for item in wanted),
            release=options.release,
            cross_device=options.cross_device or preset.cross_device,
            return_url=options.return_url,
            reference=options.reference,
        )
        return transaction_id, presentation

    def _lifetime(self, options: StartOptions) -> timedelta:
        wanted = self.lifetime if options.lifetime is None else options.lifetime
        if not MIN_LIFETIME <= wanted <= self.lifetime:
            raise BadLifetime
        return wanted


def _check(service: RelyingService, preset: Preset, options: StartOptions) -> None:
    if options.response_mode.browser:
        raise ValueError("a page asks the browser itself")
    if preset.recognizes and not options.signs_in:
        # The number that a subject is made of would be in the result.
        raise PresetForSignInOnly
    if options.cross_device is not None and options.cross_device.protection < preset.cross_device.protection:
        raise CrossDeviceNotAllowed
    if options.return_url is not None and options.return_url not in service.return_urls:
        raise ReturnUrlNotRegistered
    if options.reference is not None and not _REFERENCE.fullmatch(options.reference):
        raise BadReference
    if preset.evidence is not None:
        require_evidence_key(service)
