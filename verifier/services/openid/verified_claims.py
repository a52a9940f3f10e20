"""``verified_claims``: asked for when a login begins, answered when it ends (7.20)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from specs.encoding import create_json, parse_json_object
from specs.openid_connect import (
    MAX_CLAIMS_BYTES,
    ClaimsRequest,
    DocumentEvidence,
    KnownVerification,
    answer_verified_claims,
    parse_verified_claims_request,
)
from verifier.domain.openid.login import Login
from verifier.domain.presentation import SealedResult
from verifier.domain.preset import Preset
from verifier.domain.relying_service import ClientId
from verifier.services.results import ISSUERS, TYPES, ResultSeals

MAX_ANSWER_BYTES: Final = 1024 * 1024
"""Sets may repeat a claim, and a portrait is large: what a login keeps must stay readable."""
_MAX_BYTES: Final = 8 * MAX_CLAIMS_BYTES  # some numbers are written shorter than we write them


@dataclass(frozen=True, slots=True)
class VerifiedClaims:
    """``trust_framework``: under which the operator verifies."""

    seals: ResultSeals
    trust_framework: str

    def keep(self, asked: ClaimsRequest, client_id: ClientId) -> SealedResult | None:
        """The wishes, sealed: a client may have written into them what it believes of somebody."""
        if not asked.verified:
            return None
        wishes = {place: request.asked for place, request in asked.verified.items()}
        return self.seals.seal_bytes(_context(client_id), create_json(wishes))

    def answer(
        self, login: Login, preset: Preset, result: Mapping[str, Any], claims: Mapping[str, Any], at: datetime
    ) -> Mapping[str, Any]:
        """The claim, by where it is wanted; nothing where what is asked for is not so, or is too much.

        ``result``: the accepted one, as it was sealed. ``claims``: the mapped ones. ``at``: when it was
        verified.
        """
        sealed = login.request.verified
        if sealed is None:
            return {}
        plain = self.seals.open_bytes(_context(login.request.client_id), sealed)
        known = KnownVerification(
            trust_framework=self.trust_framework, verified_at=at, evidence=_evidence(preset, result)
        )
        wishes = parse_json_object(plain, max_bytes=_MAX_BYTES)
        answers = {
            place: answer_verified_claims(
                parse_verified_claims_request(wish), known, claims, asked_at=login.created_at
            )
            for place, wish in wishes.items()
        }
        found = {place: answer for place, answer in answers.items() if answer is not None}
        return found if len(create_json(found)) <= MAX_ANSWER_BYTES else {}


def _evidence(preset: Preset, result: Mapping[str, Any]) -> tuple[DocumentEvidence, ...]:
    """The credentials that were accepted, in the order of the preset."""
    issuers, types = result.get(ISSUERS, {}), result.get(TYPES, {})
    accepted = (one.id for one in preset.query.credentials if one.id in issuers and one.id in types)
    return tuple(DocumentEvidence(types[one], issuers[one]) for one in accepted)


def _context(client_id: ClientId) -> bytes:
    return b"openid verified claims " + client_id.encode()
