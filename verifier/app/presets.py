"""Presets follow the trust list: it says what the credential types are called that they ask for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import structlog

from verifier.domain.preset import Preset
from verifier.domain.trust import Trust
from verifier.errors import BadPreset, OverAsking, TrustUnavailable
from verifier.ports import Clock, TrustSource

log: Final = structlog.get_logger()


class PresetsInForce(Mapping[str, Preset]):
    """The presets, read again whenever the trust has changed.

    A preset stays once it could be asked for: whoever answers it after its issuers are gone is told that they
    are not trusted, and while there is no trust list that nothing can be said.
    """

    def __init__(
        self,
        trust: TrustSource,
        clock: Clock,
        read: Callable[[Trust], Mapping[str, Preset]],
        read_later: Callable[[Trust], Mapping[str, Preset]] | None = None,
    ) -> None:
        """``read_later``: for the lists that come while we run, without what does not fit them.

        Raises BadPreset or OverAsking when the presets cannot be used from the start.
        """
        self._trust = trust
        self._clock = clock
        self._read = read
        self._read_for: Trust | None = None
        self._presets: Mapping[str, Preset] = {}
        self._follow()
        self._read = read_later or read

    def __getitem__(self, preset_id: str) -> Preset:
        return self._in_force()[preset_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._in_force())

    def __len__(self) -> int:
        return len(self._in_force())

    def _in_force(self) -> Mapping[str, Preset]:
        try:
            self._follow()
        except (BadPreset, OverAsking) as error:
            log.error("presets_not_renewed", error=type(error).__name__, detail=error.detail)
        return self._presets

    def _follow(self) -> None:
        try:
            trust = self._trust.current(self._clock.now())
        except TrustUnavailable:
            return
        if trust is self._read_for:
            return
        self._read_for = trust
        self._presets = {**self._presets, **self._read(trust)}
