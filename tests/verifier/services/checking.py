"""One presentation against one preset: what the verifier decides, without requests and stores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from specs.openid4vp import TransactionData
from specs.sd_jwt import PlanPath
from tests.verifier.holder import NINETEEN, Binding, present, present_text
from tests.verifier.issuing import NOW, SimulatedIssuer
from tests.verifier.surroundings import KeysByHand, StatusesByHand
from verifier.clients.presets import read_preset_files
from verifier.domain.known_types import known_types
from verifier.domain.preset import Preset
from verifier.domain.trust import FixedTrust, Trust
from verifier.domain.verdict import Accepted, Verdict
from verifier.ports import TrustSource
from verifier.services.verify_presentation import Decision, Expected, VerifyPresentation

NONCE = "n-0S6_WzA2Mj-0S6_WzA2M"
AUDIENCE = "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"
TRUST = Trust((SimulatedIssuer().trusted(),))
PRESETS = read_preset_files(None, production=True).resolved(known_types(TRUST))
HONEST = Binding(NONCE, AUDIENCE)


@dataclass
class Checker:
    """A verifier that trusts the simulated issuer and sees every list as valid."""

    trust: Trust = TRUST
    statuses: StatusesByHand = field(default_factory=StatusesByHand)
    issuer_keys: KeysByHand = field(default_factory=KeysByHand)
    now: datetime = NOW
    source: TrustSource | None = None
    verify: VerifyPresentation = field(init=False)

    def __post_init__(self) -> None:
        source = self.source or FixedTrust(self.trust)
        self.verify = VerifyPresentation(source, self.issuer_keys, self.statuses)

    async def decision(
        self,
        vp_token: Mapping[str, Sequence[str]],
        preset: Preset | str,
        *transaction_data: TransactionData,
    ) -> Decision:
        wanted = PRESETS[preset] if isinstance(preset, str) else preset
        expected = Expected(NONCE, AUDIENCE, transaction_data)
        return await self.verify(wanted, vp_token, expected, self.now)

    async def decide(self, vp_token: Mapping[str, Sequence[str]], preset: Preset | str) -> Verdict:
        return (await self.decision(vp_token, preset)).verdict

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
