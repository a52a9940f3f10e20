"""From the register's record of a subject to the claims of a credential type.

The paths in the type metadata say what is picked from `subject_claims`; a new type needs no code as long as
the register knows what it says.
"""

from collections.abc import Mapping
from typing import Any

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.register_claims import IssuanceFacts, age_of_path, create_document_number
from issuer.domain.subject import Guardianship, Subject, is_in_force, kind_of
from issuer.domain.subject_claims import subject_claims
from issuer.errors import CredentialNotForSubject
from specs.sd_jwt_vc import ClaimPath


def suits(configuration: CredentialConfiguration, subject: Subject) -> bool:
    """Whether a type is about subjects of this kind, held in this capacity."""
    settings = configuration.settings
    held_by_guardian = isinstance(subject, Guardianship)
    return kind_of(subject) is settings.subject and (settings.guardian_may_hold or not held_by_guardian)


def claims_of(
    configuration: CredentialConfiguration, subject: Subject, facts: IssuanceFacts
) -> dict[str, Any]:
    """The claims of a credential, before `iss`, `vct`, times, status and key are added.

    A claim that the register does not have is left out. Raises CredentialNotForSubject for a type that is
    about something else, or a capacity that does not stand today; ClaimsDoNotFit when the claims do not obey
    the schema of the type, for example because a mandatory claim is missing.
    """
    if not suits(configuration, subject):
        raise CredentialNotForSubject(f"{configuration.id} for a {type(subject).__name__}")
    if not is_in_force(subject, facts.today):
        raise CredentialNotForSubject(f"{type(subject).__name__} that is not in force")
    settings = configuration.settings
    paths = configuration.claim_paths
    ages = [age for path in paths if (age := age_of_path(path)) is not None]
    available = {**subject_claims(subject, facts, ages), **settings.fixed_claims}
    if settings.document_number_prefix is not None:
        available["document_number"] = create_document_number(
            settings.document_number_prefix, facts.document_entropy
        )
    claims: dict[str, Any] = {}
    for path in paths:
        _copy(path, available, claims)
    configuration.schema.check(claims)
    return claims


def _copy(path: ClaimPath, source: Mapping[str, Any], target: dict[str, Any]) -> None:
    """Copies one claim and the objects around it, when it is there."""
    value: Any = source
    for name in path:
        value = value.get(name) if type(value) is dict or isinstance(value, Mapping) else None
    if value is None:
        return
    *parents, last = path
    for name in parents:
        target = target.setdefault(str(name), {})
    target[str(last)] = value
