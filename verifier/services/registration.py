"""What the verifier says to the person about the service it asks for: `verifier_info` (5.10).

A JWT of our own format with the service, the purpose and what becomes of the data, signed with the key and
certificate of the request: a wallet that trusts the verifier may show it as the verifier's word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from keys.signer import Signer
from specs.encoding import create_json, to_numeric_date
from specs.jose import prepare_jws
from specs.openid4vp import VerifierInfo
from verifier.domain.preset import Preset
from verifier.domain.relying_service import RelyingService

FORMAT: Final = "jwt"
TYPE: Final = "trillium-verifier-registration+jwt"


@dataclass(frozen=True, slots=True)
class Registrations:
    """``issuer``: the verifier's public URL."""

    issuer: str

    async def create(
        self, service: RelyingService, preset: Preset, signer: Signer, *, now: datetime, until: datetime
    ) -> VerifierInfo:
        """The entry for one request; it lives as long as that."""
        header: dict[str, Any] = {"alg": signer.algorithm, "typ": TYPE, "x5c": list(signer.certificate_chain)}
        claims = {
            "iss": self.issuer,
            "iat": to_numeric_date(now),
            "exp": to_numeric_date(until),
            **describe(service, preset),
        }
        prepared = prepare_jws(header, create_json(claims))
        return VerifierInfo(FORMAT, prepared.attach(await signer.sign(prepared.data)))


def describe(service: RelyingService, preset: Preset) -> dict[str, Any]:
    """Who asks, for what, and what becomes of it."""
    described: dict[str, Any] = {
        "service": {"client_id": service.client_id, "names": dict(service.names)},
        "preset": preset.id,
        "purposes": dict(preset.purposes),
        "retention": _retention(preset.retention),
    }
    if preset.evidence is not None:
        described["evidence"] = _retention(preset.evidence)
    return described


def _retention(kept: Any) -> Mapping[str, Any]:
    return {"purposes": dict(kept.purposes), "days": kept.days}
