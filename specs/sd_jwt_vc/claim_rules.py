"""Does a credential obey the claim metadata of its type? (SD-JWT VC section 5.6)

The holder has every disclosure and can see that a mandatory claim is missing. The verifier of a presentation
sees less, and must not take a withheld claim for a missing one.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from specs.sd_jwt.process import WITHHELD, ProcessedClaims
from specs.sd_jwt_vc.claim_path import Selected, select_claims, show_path
from specs.sd_jwt_vc.errors import (
    ClaimNotSelectivelyDisclosable,
    ClaimPathMismatch,
    ClaimRulesBroken,
    ClaimSelectivelyDisclosable,
    MandatoryClaimMissing,
    TypeMetadataError,
)
from specs.sd_jwt_vc.type_metadata import ClaimMetadata, SelectiveDisclosure

_DECIDED: Final = (SelectiveDisclosure.ALWAYS, SelectiveDisclosure.NEVER)


class Reader(Enum):
    """Who looks at the claims, and so what an absence means."""

    HOLDER = "holder"
    """Has every disclosure: whatever is absent was not issued. The issuer checks its own work as this too."""
    VERIFIER = "verifier"
    """Has a presentation: what is absent may have been withheld."""


def verify_claim_rules(claims: Sequence[ClaimMetadata], processed: ProcessedClaims, reader: Reader) -> None:
    """Checks the processed payload against the claim metadata of the effective type.

    Raises ClaimRulesBroken with every reason: ClaimPathMismatch, MandatoryClaimMissing,
    ClaimNotSelectivelyDisclosable and ClaimSelectivelyDisclosable.
    """
    as_issued = processed.claims_as_issued()
    reasons: list[TypeMetadataError] = []
    for claim in claims:
        try:
            selection = select_claims(as_issued, claim.path)
        except ClaimPathMismatch as error:
            reasons.append(error)
            continue
        if selection and claim.sd in _DECIDED:
            reasons += _disclosure_reasons(claim, selection, processed)
        if selection or not claim.is_mandatory:
            continue
        if reader is Reader.HOLDER or not _may_be_withheld(claim, as_issued, processed):
            reasons.append(MandatoryClaimMissing(show_path(claim.path)))
    if reasons:
        raise ClaimRulesBroken(tuple(reasons))


def _disclosure_reasons(
    claim: ClaimMetadata, selection: tuple[Selected, ...], processed: ProcessedClaims
) -> list[TypeMetadataError]:
    """What counts is a disclosure of the claim itself; one of an ancestor does not make it disclosable."""
    always, disclosed = claim.sd is SelectiveDisclosure.ALWAYS, processed.disclosed
    reason = ClaimNotSelectivelyDisclosable if always else ClaimSelectivelyDisclosable
    return [
        reason(show_path(selected.path))
        for selected in selection
        if (selected.value is WITHHELD or selected.path in disclosed) is not always
    ]


def _may_be_withheld(claim: ClaimMetadata, as_issued: Mapping[str, Any], processed: ProcessedClaims) -> bool:
    """Whether something undisclosed could hold the claim: an element, a parent, or the claim itself."""
    selection: tuple[Selected, ...] = (Selected((), as_issued),)
    for place, component in enumerate(claim.path):
        if any(one.value is WITHHELD for one in selection):
            return True
        last = place == len(claim.path) - 1
        # A claim that is never disclosable on its own cannot be behind a digest of its own.
        if not (last and claim.selective_disclosure is SelectiveDisclosure.NEVER):
            without = [one for one in selection if isinstance(component, str) and component not in one.value]
            if any(processed.may_hide(one.path) for one in without):
                return True
        selection = select_claims(as_issued, claim.path[: place + 1])
    return False
