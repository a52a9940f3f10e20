"""What can be said about each kind of subject, as claims: the sets that credential types pick from."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from issuer.domain.business import Business
from issuer.domain.business_claims import (
    AUTHORITY_CLAIMS,
    BUSINESS_CLAIMS,
    authority_claims,
    business_claims,
)
from issuer.domain.register_claims import (
    PERSON_CLAIMS,
    IssuanceFacts,
    age_of_path,
    person_claims,
)
from issuer.domain.registration_claims import person_name
from issuer.domain.subject import Guardianship, SigningAuthority, Subject, SubjectKind
from specs.sd_jwt_vc import ClaimPath

HOLDER_ROLE: Final = "ca.on.holder_role"
GUARDIAN: Final = "ca.on.guardian"

GUARDIANSHIP_CLAIMS: Final[frozenset[ClaimPath]] = frozenset(
    {(HOLDER_ROLE,), (GUARDIAN, "family_name"), (GUARDIAN, "given_name")}
)
"""Only of a child's card in a guardian's hands; a type that has them says so to every reader."""

KNOWN_CLAIMS: Final[Mapping[SubjectKind, frozenset[ClaimPath]]] = {
    SubjectKind.PERSON: PERSON_CLAIMS | GUARDIANSHIP_CLAIMS,
    SubjectKind.BUSINESS: BUSINESS_CLAIMS,
    SubjectKind.SIGNING_AUTHORITY: AUTHORITY_CLAIMS,
}
"""What a type can ask for, beside what it fixes itself and, about people, `age_equal_or_over.<age>`."""


def is_known_claim(kind: SubjectKind, path: ClaimPath) -> bool:
    """Whether the register can say it about this kind of subject; parts of an array go with the array."""
    named = path[: path.index(None)] if None in path else path
    return named in KNOWN_CLAIMS[kind] or (kind is SubjectKind.PERSON and age_of_path(path) is not None)


def subject_claims(subject: Subject, facts: IssuanceFacts, ages: Iterable[int]) -> dict[str, Any]:
    """Every claim known of the subject; None is what the register does not have.

    Raises ClaimsDoNotFit for a birth in the future, and for a portrait that is not a picture.
    """
    if isinstance(subject, Business):
        return business_claims(subject)
    if isinstance(subject, SigningAuthority):
        return authority_claims(subject)
    if isinstance(subject, Guardianship):
        guardian = subject.guardian
        return {
            **person_claims(subject.child, facts, ages),
            HOLDER_ROLE: "guardian",
            GUARDIAN: person_name(guardian.family_name, guardian.given_name),
        }
    return person_claims(subject, facts, ages)
