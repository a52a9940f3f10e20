"""What goes on around the end of a presentation: what an accepted one leaves behind, and who is told."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from specs.openid4vp import VpToken
from verifier.domain.kept import Kept
from verifier.domain.presentation import Presentation, PresentationState
from verifier.domain.preset import Preset
from verifier.services.verification.checked import Decision


@dataclass(frozen=True, slots=True)
class AcceptedResponse:
    """An answer that will be accepted unless another one was first.

    ``presentation``: still open, with the request object where evidence needs it.
    """

    presentation: Presentation
    preset: Preset
    vp_token: VpToken = field(repr=False)
    decision: Decision = field(repr=False)
    accepted_at: datetime
    in_browser: bool
    """It came through the Digital Credentials API, whose request is another than the one for the link."""


class Keeper(Protocol):
    async def __call__(self, accepted: AcceptedResponse) -> Kept:
        """What the accepted presentation leaves behind: made before, written with its end or not at all."""


class EndHook(Protocol):
    async def __call__(self, presentation: Presentation, state: PresentationState, now: datetime) -> None:
        """Called once, after a wallet's answer has ended the presentation in ``state``.

        A crash in between loses the call, so nothing that must happen may hang on it. It answers for its own
        failures: what it raises reaches the wallet as an error of ours, although its answer counts.
        """
