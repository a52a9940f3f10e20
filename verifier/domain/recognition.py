"""Presets that let a service know a person again: by a number that the service never sees (5.33, 7.09).

The number stays the same for a person's whole life. So it is asked for only where a subject is made of it, it
goes no further than that, and whoever does not sign people in cannot ask for it at all.
"""

from specs.dcql import CredentialQuery, DcqlQuery
from verifier.domain.needs import STABLE_SUBJECT_CLAIM
from verifier.domain.preset import SubjectMode


def recognition_fault(mode: SubjectMode, query: DcqlQuery, *, keeps_evidence: bool) -> str:
    """Why mode and query do not go together, for the author of a preset; empty when they do."""
    asking = [credential for credential in query.credentials if _may_show(credential)]
    if mode is SubjectMode.EPHEMERAL:
        return f"{STABLE_SUBJECT_CLAIM} is for presets that recognize people" if asking else ""
    if len(asking) != 1:
        return f"subject_mode {mode}: one credential has to show {STABLE_SUBJECT_CLAIM}"
    [credential] = asking
    others = query.requested_ids() - {credential.id}
    if not _always_shows(credential) or query.is_satisfied_by(frozenset(others)):
        return f"subject_mode {mode}: every answer has to have {STABLE_SUBJECT_CLAIM}"
    if keeps_evidence:
        return f"evidence would hand {STABLE_SUBJECT_CLAIM} to the service"
    return ""


def _may_show(credential: CredentialQuery) -> bool:
    return any(claim.path[0] == STABLE_SUBJECT_CLAIM for claim in credential.claims or ())


def _always_shows(credential: CredentialQuery) -> bool:
    return all(
        any(claim.path == (STABLE_SUBJECT_CLAIM,) for claim in alternative)
        for alternative in credential.alternatives()
    )
