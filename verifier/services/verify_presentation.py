"""Decides about one response, in the order of OpenID4VP section 8.6; the steps are numbered as they run.

1. The form of the response was checked by the caller; here each presentation is looked at by itself.
2. Which issuers may issue the type it claims to have? (unverified, to know which anchors to ask)
3. Its certificate chain ends at an anchor of one of them and names it; only then is its key used.
4. Issuer signature, disclosures, times, holder binding, nonce, audience: every reason is collected.
5. `iss` names the issuer whose key verified.
6. Together the presentations answer the query (5.27: the wallet is never trusted for that).
7. Only what passed all of that is looked up in its status list (3.22).

Step 3 decides trust on the key that verified, never on a name in the token (2.12, 2.13).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from specs.dcql import CredentialView, QueryNotAnswered, check_answer
from specs.errors import ProtocolError
from specs.jose import ChainCache, InvalidCertificateChain, VerifiedChain
from specs.sd_jwt import KeyBindingPolicy
from specs.sd_jwt_vc.credential import (
    UnverifiedCredential,
    VerifiedCredential,
    check_credential,
    parse_credential,
)
from specs.token_status_list import StatusOutcome
from verifier.domain import reasons
from verifier.domain.preset import Preset
from verifier.domain.trust import Trust, TrustedIssuer
from verifier.domain.verdict import Reason, ReasonKind, Verdict, decide
from verifier.ports import StatusLists

KEY_BINDING_MAX_AGE = timedelta(minutes=5)
LEEWAY = timedelta(seconds=60)
FORMAT = "dc+sd-jwt"

_STATUS_REASONS: Mapping[StatusOutcome, ReasonKind] = {
    StatusOutcome.INVALID: reasons.REVOKED,
    StatusOutcome.SUSPENDED: reasons.SUSPENDED,
    StatusOutcome.UNKNOWN: reasons.STATUS_UNKNOWN,
    StatusOutcome.STALE: reasons.STATUS_STALE,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the presentations must be bound to (RFC 9901 section 7.3, OpenID4VP section 14.2)."""

    nonce: str
    audience: str
    """The full client identifier with its prefix (5.25)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One presentation that passed steps 2 to 5, and whose it is."""

    query_id: str
    credential: VerifiedCredential
    issuer: TrustedIssuer


@dataclass(slots=True)
class VerifyPresentation:
    """``trust``: as it was read at start."""

    trust: Trust
    statuses: StatusLists
    chains: ChainCache = field(default_factory=ChainCache)

    async def __call__(
        self, preset: Preset, vp_token: Mapping[str, Sequence[str]], expected: Expected, now: datetime
    ) -> Verdict:
        """The verdict on all presentations of a response together."""
        found: list[Reason] = []
        checked: list[Checked] = []
        for query_id, presentations in vp_token.items():
            for text in presentations:
                result = self._check(query_id, text, expected, now)
                if isinstance(result, Checked):
                    checked.append(result)
                else:
                    found += result
        if found:
            return decide(found, {})
        claims, unanswered = _answer(preset, checked)
        found += unanswered
        if not found:
            for one in checked:
                found += await self._status(one, preset, now)
        return decide(found, claims)

    def _check(self, query_id: str, text: str, expected: Expected, now: datetime) -> Checked | list[Reason]:
        try:
            unverified = parse_credential(text)
            vct = unverified.vct
        except ProtocolError as error:
            return [_reason(error, query_id)]
        try:
            issuer, chain = self._trusted_chain(unverified, vct, now)
        except InvalidCertificateChain as error:
            return [_reason(error, query_id)]
        report = check_credential(
            unverified,
            chain.key,
            key_binding=KeyBindingPolicy(expected.nonce, expected.audience, KEY_BINDING_MAX_AGE),
            now=now,
            leeway=LEEWAY,
            required=("exp",),
        )
        found = [_reason(error, query_id) for error in report.reasons]
        if unverified.issuer is not None and unverified.issuer != issuer.issuer:
            found.append(Reason(reasons.UNTRUSTED_ISSUER, query_id, "iss"))
        if found or report.verified is None:
            return found
        return Checked(query_id, report.verified, issuer)

    def _trusted_chain(
        self, credential: UnverifiedCredential, vct: str | None, now: datetime
    ) -> tuple[TrustedIssuer, VerifiedChain]:
        """The issuer, among those trusted for the type, whose chain it is."""
        failure = InvalidCertificateChain("no issuer is trusted for this type")
        for issuer in self.trust.for_type(vct or ""):
            try:
                chain = self.chains.verify(credential.header.get("x5c"), issuer.anchors, now=now)
            except InvalidCertificateChain as error:
                failure = error
                continue
            if issuer.is_named_by(chain):
                return issuer, chain
            failure = InvalidCertificateChain("the certificate is not the issuer's")
        raise failure

    async def _status(self, one: Checked, preset: Preset, now: datetime) -> list[Reason]:
        reference = one.credential.status
        if reference is None:
            return [Reason(reasons.NO_STATUS, one.query_id)]
        answer = await self.statuses.status_of(
            reference, anchors=one.issuer.anchors, max_age=preset.status_max_age, now=now
        )
        kind = _STATUS_REASONS.get(answer.outcome)
        if answer.outcome is not StatusOutcome.VALID and kind is None:
            kind = reasons.STATUS_UNKNOWN
        return [] if kind is None else [Reason(kind, one.query_id, answer.detail)]


def _answer(preset: Preset, checked: Sequence[Checked]) -> tuple[dict[str, dict[str, Any]], list[Reason]]:
    """The claims that were asked for, by query id; or what is missing (5.14, 5.15, 5.27)."""
    presented: dict[str, list[CredentialView]] = {}
    for one in checked:
        presented.setdefault(one.query_id, []).append(_view(one.credential))
    try:
        answer = check_answer(preset.query, presented)
    except QueryNotAnswered as error:
        return {}, [_reason(error, None)]
    claims: dict[str, dict[str, Any]] = {}
    for accepted in answer.accepted:
        places: dict[str | int, Any] = {}
        for claim in accepted.claims:
            for selected in claim.found:
                _place(places, selected.location, selected.value)
        claims[accepted.query_id] = {str(name): _with_arrays(value) for name, value in places.items()}
    return claims, []


def _view(credential: VerifiedCredential) -> CredentialView:
    return CredentialView(
        format=FORMAT,
        types=(credential.vct,),
        claims=credential.processed.claims_as_issued(),
        holder_bound=credential.key_binding is not None,
    )


def _place(target: dict[str | int, Any], location: Sequence[str | int], value: Any) -> None:
    """Puts a claim where it stood."""
    *parents, last = location
    for name in parents:
        target = target.setdefault(name, {})
    target[last] = value


def _with_arrays(value: Any) -> Any:
    """Places that are numbers were elements of an array: they follow one another, without the withheld."""
    if not isinstance(value, dict) or not value:
        return value
    if all(isinstance(name, int) for name in value):
        return [_with_arrays(value[index]) for index in sorted(value)]
    return {name: _with_arrays(member) for name, member in value.items()}


def _reason(error: ProtocolError, query_id: str | None) -> Reason:
    return Reason(reasons.kind_of(error), query_id, f"{type(error).__name__} {error.detail}".strip())
