"""What an accepted presentation leaves behind beside its result: receipts, evidence."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from specs.openid4vp import VpToken
from verifier.domain.kept import Kept
from verifier.domain.presentation import Presentation
from verifier.domain.preset import Preset
from verifier.services.verification.checked import Decision


@dataclass(slots=True)
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
