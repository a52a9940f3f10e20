"""What a purpose can need, in words that are registered with a preset, and the claims that each covers.

Whoever registers a preset says what the service has to know ("age", "residence"), not which claims it would
like. The claims have to follow from that (5.19, product.md rule 9).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from specs.dcql import ClaimsPath

ANY: Final = None
"""In a pattern: any part of a path."""

BIRTHDATE: Final = "birthdate"
BIRTH: Final = "birth"
AGE: Final = "age"
RESIDENCE: Final = "residence"
AGE_CLAIM: Final = "age_equal_or_over"
STABLE_SUBJECT_CLAIM: Final = "personal_administrative_number"
"""Asked for to sign people in alone, and never passed on (decisions.md, OpenID Connect)."""
RECOGNITION: Final = "recognition"
"""To know a person again. It goes with a subject mode that does so; see recognition.py."""

NEEDS: Final[Mapping[str, tuple[ClaimsPath, ...]]] = {
    AGE: ((AGE_CLAIM, ANY),),
    RESIDENCE: (
        ("address", "locality"),
        ("address", "region"),
        ("address", "country"),
        ("ca.on.postal_prefix",),
    ),
    "address": (("address", ANY), ("ca.on.postal_prefix",)),
    "name": (("family_name",), ("given_name",)),
    # The others are what the EUDI PID and ISO 18013-5 call it, and what nearly says it.
    BIRTHDATE: (
        (BIRTHDATE,),
        ("birth_date",),
        ("date_of_birth",),
        ("age_birth_year",),
        ("age_in_years",),
    ),
    "portrait": (("portrait",), ("portrait_digest",)),
    "sex": (("sex",),),
    "nationality": (("nationalities",),),
    "document": (("document_number",),),
    "licence": (
        ("ca.on.licence_class", ANY),
        ("ca.on.licence_conditions",),
        ("ca.on.licence_issued_on",),
        ("ca.on.licence_expires_on",),
    ),
    "licence_number": (("ca.on.licence_number",),),
    "health_coverage": (("ca.on.health_number",), ("ca.on.health_card_version",)),
    BIRTH: (
        ("birth_family_name",),
        ("place_of_birth", ANY),
        ("ca.on.birth_registration_number",),
        ("ca.on.birth_registered_on",),
    ),
    "parents": (("ca.on.parents",),),
    "business": (
        ("ca.on.business_number",),
        ("ca.on.business_name",),
        ("ca.on.business_type",),
        ("ca.on.business_registered_on",),
    ),
    "directors": (("ca.on.directors",),),
    "signing_authority": (("ca.on.position",), ("ca.on.signing",)),
    "guardian": (("ca.on.holder_role",), ("ca.on.guardian", ANY)),
    RECOGNITION: ((STABLE_SUBJECT_CLAIM,),),
}

WITHIN: Final[Mapping[str, str]] = {BIRTHDATE: AGE, "address": RESIDENCE}
"""A need that answers a smaller one as well: whoever has the date has the age."""
TELLS_AGE: Final = frozenset({BIRTHDATE, BIRTH})
"""What says more than that somebody is old enough."""
ANSWERS_ALONE: Final = frozenset({AGE, RESIDENCE})
"""They let somebody in or not; who it was is not known."""

ALWAYS_ALLOWED: Final[tuple[ClaimsPath, ...]] = (
    ("issuing_authority",),
    ("issuing_country",),
    ("issuing_jurisdiction",),
)
"""About the issuer and the same for everybody."""


def covers(patterns: Iterable[ClaimsPath], path: ClaimsPath) -> bool:
    """Whether a path is one of these, or lies within one."""
    return any(
        len(path) >= len(pattern)
        and all(wanted is ANY or part == wanted for part, wanted in zip(path, pattern, strict=False))
        for pattern in patterns
    )


def is_nameable(path: ClaimsPath) -> bool:
    """Whether some registered need covers the claim or what is in it; the others need words of their own."""
    return any(
        path[0] == pattern[0] for patterns in (*NEEDS.values(), ALWAYS_ALLOWED) for pattern in patterns
    )
