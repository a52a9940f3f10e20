"""One presentation against one preset: what the verifier decides, without requests and stores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from specs.sd_jwt import PlanPath
from tests.verifier.holder import NINETEEN, Binding, present, present_text
from tests.verifier.issuing import NOW, SimulatedIssuer
from tests.verifier.surroundings import StatusesByHand
from verifier.clients.operator_files import read_presets, vcts_of
from verifier.domain.preset import Preset
from verifier.domain.trust import Trust
from verifier.domain.verdict import Accepted, Verdict
from verifier.services.verify_presentation import Expected, VerifyPresentation

NONCE = "n-0S6_WzA2Mj-0S6_WzA2M"
AUDIENCE = "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"
TRUST = Trust((SimulatedIssuer().trusted(),))
PRESETS = read_presets(None, vcts=vcts_of(TRUST), production=True)
HONEST = Binding(NONCE, AUDIENCE)


@dataclass
class Checker:
    """A verifier that trusts the simulated issuer and sees every list as valid."""

    trust: Trust = TRUST
    statuses: StatusesByHand = field(default_factory=StatusesByHand)
    now: datetime = NOW
    verify: VerifyPresentation = field(init=False)

    def __post_init__(self) -> None:
        self.verify = VerifyPresentation(self.trust, self.statuses)

    async def decide(self, vp_token: Mapping[str, Sequence[str]], preset: Preset | str) -> Verdict:
        wanted = PRESETS[preset] if isinstance(preset, str) else preset
        return await self.verify(wanted, vp_token, Expected(NONCE, AUDIENCE), self.now)

    async def card(self, presentation: str, preset: Preset | str = "age-19-or-over") -> Verdict:
        """One photo card."""
        return await self.decide({"photo_card": [presentation]}, preset)

    async def credential(self, text: str, *paths: PlanPath, binding: Binding = HONEST) -> Verdict:
        """An honest holder's presentation of whatever the issuer made, as proof of age."""
        return await self.card(present(text, binding, *(paths or (NINETEEN,))))

    async def raw(self, text: str, binding: Binding = HONEST) -> Verdict:
        """A text that no honest wallet would open, bound all the same."""
        return await self.card(present_text(text, binding))


def codes(verdict: Verdict) -> list[str]:
    """The reasons; nothing for an accepted one."""
    return [] if isinstance(verdict, Accepted) else [reason.kind.code for reason in verdict.reasons]
