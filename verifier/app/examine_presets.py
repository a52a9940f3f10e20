"""Presets looked at without starting the verifier: it may be one of them that keeps it from starting."""

from collections.abc import Sequence
from pathlib import Path

from trillium.runtime.clock import SystemClock
from verifier.app.trusting import close_trust, open_trust, renew_trust
from verifier.clients.presets import ExaminedPreset, examine_preset_files, preset_files_in
from verifier.clients.type_descriptions import read_type_descriptions
from verifier.domain.known_types import KnownTypes, known_types
from verifier.errors import BadPreset, TrustUnavailable
from verifier.settings import Settings


async def examine_presets(settings: Settings, files: Sequence[Path] = ()) -> list[ExaminedPreset]:
    """These files; without any those that the settings name, else those that are shipped.

    Raises:
        BadTypeDescription: the folder of type descriptions is not usable.
    """
    try:
        found = files or preset_files_in(settings.presets_dir)
    except BadPreset as error:
        return [ExaminedPreset(str(settings.presets_dir), problem=error.detail)]
    types = await _known_types(settings)
    return examine_preset_files(found, types=types, production=settings.is_production)


async def _known_types(settings: Settings) -> KnownTypes | None:
    """``None``: there is no trust list, so nobody knows what is issued."""
    now = SystemClock().now()
    trust = open_trust(settings, now)
    try:
        await renew_trust(trust, now)
        return known_types(trust.current(now), read_type_descriptions(settings.types_dir))
    except TrustUnavailable:
        return None
    finally:
        await close_trust(trust)
