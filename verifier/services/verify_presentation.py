"""Decides about one response, in the order of OpenID4VP section 8.6; the steps are numbered as they run.

Each presentation by itself (verification/one_presentation.py), every reason collected:

1. It is an SD-JWT VC in one piece.
2. Which issuers may issue the type it claims to have? Without a trust list nobody can say.
3. One of them answers for the key: by a chain below its anchors, or by its published keys.
4. Issuer signature, disclosures, times.
5. Holder binding: signature, nonce, audience, hash, age.
6. ``iss`` names the issuer whose key verified.

What fails by itself is discarded (5.26), but what is not genuine refuses the response. Of what is left:

7. It answers the query (verification/answer.py): the wallet is never trusted for that (5.27).
8. What counts for the answer is looked up in its status list (3.22) and judged. What fails is discarded too,
   and the others still have to be enough.
9. What the person had to agree to was signed along (verification/transaction_data.py).
10. The preset's policies hold (domain/policy.py, domain/same_holder.py).

Where that does not end well, every reason is told, those of what was discarded included. No list is fetched
for a card that does not answer the query.

Trust is decided on the key that verified, never on a name in the token (2.12, 2.13). What cannot be checked
is never accepted: the verdict is *undetermined* then.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import datetime

from verifier.domain.preset import Preset
from verifier.domain.trust import Trust
from verifier.domain.verdict import Accepted, ClerkOutcome, Reason, decide
from verifier.errors import TrustUnavailable
from verifier.ports import IssuerKeys, StatusLists, TrustSource
from verifier.services.verification.answer import answer_of
from verifier.services.verification.checked import Checked, Decision, Expected
from verifier.services.verification.issuer_key import FindIssuerKey
from verifier.services.verification.one_presentation import KEY_BINDING_MAX_AGE, LEEWAY, ExaminePresentation
from verifier.services.verification.transaction_data import transaction_data_reasons

__all__ = ["KEY_BINDING_MAX_AGE", "LEEWAY", "Checked", "Decision", "Expected", "VerifyPresentation"]


@dataclass(slots=True)
class VerifyPresentation:
    """``trust``: asked anew for every response, since an issuer may lose it while the server runs."""

    trust: TrustSource
    issuer_keys: InitVar[IssuerKeys]
    statuses: StatusLists
    _examine: ExaminePresentation = field(init=False)

    def __post_init__(self, issuer_keys: IssuerKeys) -> None:
        self._examine = ExaminePresentation(FindIssuerKey(issuer_keys))

    async def __call__(
        self, preset: Preset, vp_token: Mapping[str, Sequence[str]], expected: Expected, now: datetime
    ) -> Decision:
        """The verdict on all presentations of a response together."""
        # 1. to 6. Each by itself.
        checked, failed = await self._each(vp_token, expected, now)
        if any(reason.kind.outcome is ClerkOutcome.NOT_GENUINE for reason in failed):
            return Decision(decide(failed, {}))
        # 7. The query. Where it has no answer, what failed might have been one.
        answer = answer_of(preset.query, checked)
        if not answer.checked:
            agreed = () if failed else transaction_data_reasons(checked, expected.transaction_data)
            return Decision(decide([*(failed or answer.reasons), *agreed], {}))
        # 8. The status of what counts.
        counting = await self._with_status(answer.checked, preset, now)
        judged = [(one, preset.status.check(one.query_id, one.status)) for one in counting]
        found = [reason for _, against in judged for reason in against]
        if found:
            standing = [one for one, against in judged if not against]
            rest = answer_of(preset.query, standing)
            if rest.checked:
                answer, counting, failed, found = rest, standing, failed + found, []
        # 9. What was agreed to. 10. The policies.
        found += transaction_data_reasons(counting, expected.transaction_data)
        found += preset.policy.check([one.presented for one in counting], now)
        if found:
            return Decision(decide(failed + found, {}), tuple(counting))
        return Decision(Accepted(answer.claims), tuple(counting), tuple(failed))

    async def _each(
        self, vp_token: Mapping[str, Sequence[str]], expected: Expected, now: datetime
    ) -> tuple[list[Checked], list[Reason]]:
        trust = self._trust(now)
        checked: list[Checked] = []
        failed: list[Reason] = []
        for query_id, presentations in vp_token.items():
            for text in presentations:
                result = await self._examine(query_id, text, trust, expected, now)
                if isinstance(result, Checked):
                    checked.append(result)
                else:
                    failed += result
        return checked, failed

    def _trust(self, now: datetime) -> Trust | TrustUnavailable:
        try:
            return self.trust.current(now)
        except TrustUnavailable as error:
            return error

    async def _with_status(
        self, checked: Sequence[Checked], preset: Preset, now: datetime
    ) -> Sequence[Checked]:
        """All of them at once: lists that are out of reach are waited for together."""
        if len(checked) == 1:  # almost always; a task for one lookup would cost half a signature check
            return [await self._look_up(checked[0], preset, now)]
        return await asyncio.gather(*(self._look_up(one, preset, now) for one in checked))

    async def _look_up(self, one: Checked, preset: Preset, now: datetime) -> Checked:
        reference = one.credential.status
        if reference is None:
            return one
        answer = await self.statuses.status_of(
            reference, anchors=one.issuer.anchors, max_age=preset.status_max_age, now=now
        )
        return one._replace(status=answer)
