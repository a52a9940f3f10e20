"""Do the files of a credential type say the same? (2.28)

The type metadata tells the world which claims there are, which are mandatory and which can be withheld. The
settings decide what is withheld in fact, the schema what is issued in fact. Where they disagree, every
verifier that reads type metadata would reject every credential of the type, so the issuer does not start.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

from issuer.domain.claims_schema import SCHEMA_FILE, ClaimsSchema
from issuer.domain.problems import Problem
from issuer.domain.subject_claims import GUARDIANSHIP_CLAIMS, HOLDER_ROLE, is_known_claim
from issuer.domain.type_settings import TYPE_FILE, TypeSettings
from specs.sd_jwt.disclosure import RESERVED_NAMES
from specs.sd_jwt_vc import (
    NEVER_DISCLOSED,
    ClaimMetadata,
    ClaimPath,
    SelectiveDisclosure,
    TypeMetadata,
    show_path,
)

METADATA_FILE: Final = "type-metadata.json"
LOCALES: Final = ("en-CA", "fr-CA")

NEVER_CLAIMS: Final = NEVER_DISCLOSED | {"aud", "iat", "sub", "jti"}
"""Claims that the issuer sets itself; most of them may never be withheld (SD-JWT VC section 2.2.2.3)."""


class _Localized(Protocol):
    @property
    def locale(self) -> str: ...

    @property
    def description(self) -> str | None: ...


def find_disagreements(
    type_name: str, settings: TypeSettings, metadata: TypeMetadata, schema: ClaimsSchema
) -> list[Problem]:
    """Everything on which `type.json`, `type-metadata.json` and `claims.schema.json` differ."""
    found = [
        *((METADATA_FILE, *problem) for problem in _metadata_problems(metadata)),
        *((TYPE_FILE, *problem) for problem in _disclosure_problems(settings, metadata)),
        *((TYPE_FILE, *problem) for problem in _decoy_problems(settings, schema)),
        *((TYPE_FILE, *problem) for problem in _fixed_problems(settings, schema)),
        *((METADATA_FILE, *problem) for problem in _source_problems(settings, metadata)),
        *((TYPE_FILE, *problem) for problem in _guardian_problems(settings, metadata)),
        *((SCHEMA_FILE, *problem) for problem in _schema_problems(metadata, schema)),
    ]
    return [Problem(type_name, file, member, text) for file, member, text in found]


def _metadata_problems(metadata: TypeMetadata) -> Iterator[tuple[str, str]]:
    if metadata.extends is not None:
        yield "extends", "a type of ours stands alone"
    yield from _language_problems("display", metadata.display or ())
    for number, claim in enumerate(metadata.claims):
        place = f"claims[{number}]"
        if claim.path[0] in NEVER_CLAIMS:
            yield f"{place}.path", f"{claim.path[0]} is not for a type to describe"
        if not RESERVED_NAMES.isdisjoint(claim.path):
            yield f"{place}.path", "has a name that SD-JWT reserves"
        if any(isinstance(component, int) for component in claim.path):
            yield f"{place}.path", "use names and null, no indices"
        if claim.sd not in (SelectiveDisclosure.ALWAYS, SelectiveDisclosure.NEVER):
            yield f"{place}.sd", "say always or never"
        yield from _language_problems(f"{place}.display", claim.display or ())


def _language_problems(place: str, entries: Sequence[_Localized]) -> Iterator[tuple[str, str]]:
    """Both official languages, each once, each with a description."""
    locales = [entry.locale for entry in entries]
    for locale in LOCALES:
        if locales.count(locale) != 1:
            yield place, f"needs one entry for {locale}"
    for locale in locales:
        if locale not in LOCALES:
            yield place, f"{locale} is not one of {', '.join(LOCALES)}"
    for number, entry in enumerate(entries):
        if not entry.description:
            yield f"{place}[{number}].description", "is missing"


def _disclosure_problems(settings: TypeSettings, metadata: TypeMetadata) -> Iterator[tuple[str, str]]:
    always = {claim.path for claim in metadata.claims if claim.sd is SelectiveDisclosure.ALWAYS}
    described = {claim.path for claim in metadata.claims}
    for path in settings.disclosable:
        if path not in described:
            yield "disclosable", f"{show_path(path)} is not in {METADATA_FILE}"
        elif path not in always:
            yield "disclosable", f"{show_path(path)} is sd: never in {METADATA_FILE}"
    for missing in _in_order(metadata.claims, always - set(settings.disclosable)):
        yield "disclosable", f"{show_path(missing)} is missing; it is sd: always in {METADATA_FILE}"


def _decoy_problems(settings: TypeSettings, schema: ClaimsSchema) -> Iterator[tuple[str, str]]:
    """The number of digests must not tell which optional claims somebody has (RFC 9901 section 10.4)."""
    totals: dict[ClaimPath, int] = {total.path: total.digests for total in settings.decoys}
    withheld: dict[ClaimPath, list[ClaimPath]] = {}
    for disclosable in settings.disclosable:
        if disclosable and disclosable[-1] is not None:
            withheld.setdefault(disclosable[:-1], []).append(disclosable)
    for parent, paths in withheld.items():
        place, needed, total = show_path(parent) or "the top level", len(paths), totals.get(parent)
        optional = any(not schema.paths.get(path, True) for path in paths)
        if total is None and optional:
            yield "decoys", f"{place} has optional claims and needs a total of at least {needed} digests"
        if total is not None and total < needed:
            yield "decoys", f"{place} can have {needed} digests of its own, so the total must not be {total}"
    for path in (path for path in totals if path not in withheld):
        yield "decoys", f"{show_path(path) or 'the top level'} has nothing that can be withheld"


def _fixed_problems(settings: TypeSettings, schema: ClaimsSchema) -> Iterator[tuple[str, str]]:
    for name in settings.fixed_claims:
        if (name,) not in schema.paths:
            yield f"fixed_claims.{name}", f"is not in {SCHEMA_FILE}"
        elif not schema.fits(settings.fixed_claims, (name,)):
            yield f"fixed_claims.{name}", f"does not fit {SCHEMA_FILE}"
    if (("document_number",) in schema.paths) != (settings.document_number_prefix is not None):
        yield "document_number_prefix", f"goes together with document_number in {SCHEMA_FILE}"


def _source_problems(settings: TypeSettings, metadata: TypeMetadata) -> Iterator[tuple[str, str]]:
    """A claim that nothing provides would only show when the first credential is asked for."""
    paths = [claim.path for claim in metadata.claims]
    for number, path in enumerate(paths):
        inner = any(len(other) > len(path) and other[: len(path)] == path for other in paths)
        own = path[0] in settings.fixed_claims or path == ("document_number",)
        if not (inner or own or is_known_claim(settings.subject, path)):
            yield f"claims[{number}].path", f"nothing provides {show_path(path)}"


def _guardian_problems(settings: TypeSettings, metadata: TypeMetadata) -> Iterator[tuple[str, str]]:
    """Whoever is shown a child's card in other hands has to see that it is one, whatever else is withheld."""
    described = {claim.path: claim.sd for claim in metadata.claims}
    found = GUARDIANSHIP_CLAIMS & described.keys()
    if settings.guardian_may_hold and (missing := GUARDIANSHIP_CLAIMS - found):
        yield "guardian_may_hold", f"needs {', '.join(sorted(map(show_path, missing)))} in {METADATA_FILE}"
    if found and not settings.guardian_may_hold:
        yield "guardian_may_hold", f"is false, and {METADATA_FILE} has claims about a guardian"
    if described.get((HOLDER_ROLE,), SelectiveDisclosure.NEVER) is not SelectiveDisclosure.NEVER:
        yield "disclosable", f"{HOLDER_ROLE} can be withheld and must not"


def _schema_problems(metadata: TypeMetadata, schema: ClaimsSchema) -> Iterator[tuple[str, str]]:
    mandatory = {claim.path: claim.is_mandatory for claim in metadata.claims}
    for path, always in schema.paths.items():
        if path not in mandatory:
            yield show_path(path), f"is not in {METADATA_FILE}"
        elif always and not mandatory[path]:
            yield show_path(path), f"is required here and not mandatory in {METADATA_FILE}"
        elif mandatory[path] and not always:
            yield show_path(path), f"is mandatory in {METADATA_FILE} and not always required here"
    for path in _in_order(metadata.claims, mandatory.keys() - schema.paths.keys()):
        yield show_path(path), f"is in {METADATA_FILE} and not here"


def _in_order(claims: Sequence[ClaimMetadata], paths: Any) -> list[ClaimPath]:
    return [claim.path for claim in claims if claim.path in paths]
