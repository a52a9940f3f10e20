"""What this issuer can issue, built from the folders of `issuer/credential_types` (2.28, 4.06).

A folder has three files: `type.json` (how), `type-metadata.json` (what, for the world, without `vct`) and
`claims.schema.json` (what, for us), and the pictures that the second one names. Its name is the name of the
type. Adding a type is adding a folder.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from issuer.domain.agreement import METADATA_FILE, find_disagreements
from issuer.domain.claims_schema import SCHEMA_FILE, ClaimsSchema, read_claims_schema
from issuer.domain.offer import ConfigurationId
from issuer.domain.pictures import embed_pictures, picture_problems
from issuer.domain.problems import BadCredentialTypes, Problem
from issuer.domain.type_settings import TYPE_FILE, TypeSettings, read_type_settings
from issuer.domain.validity import ValidityPeriod, validity_period
from specs.encoding import EncodingError, create_json, parse_json_object
from specs.sd_jwt import DisclosurePlan, PlanPath
from specs.sd_jwt_vc import (
    ClaimPath,
    EffectiveTypeMetadata,
    TypeMetadata,
    TypeReference,
    create_integrity,
    parse_type_metadata,
    resolve_type_metadata,
)
from specs.sd_jwt_vc.errors import TypeMetadataError

FORMAT: Final = "dc+sd-jwt"
FILES: Final = (TYPE_FILE, METADATA_FILE, SCHEMA_FILE)
MAX_METADATA_BYTES: Final = 256 * 1024

_TYPE_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class CredentialConfiguration:
    """One credential type, ready to be issued. Made by `build_configurations` only."""

    id: ConfigurationId
    """The name of the folder, and the key in `credential_configurations_supported`."""
    vct: str
    vct_integrity: str
    """`vct#integrity`: of exactly the octets in `type_metadata`."""
    type_metadata: bytes
    """The document to serve at `vct`, octet for octet."""
    metadata: EffectiveTypeMetadata
    settings: TypeSettings
    plan: DisclosurePlan
    claim_paths: tuple[ClaimPath, ...]
    """Every claim with no claim below it: what has to be found for a person. An array is one claim."""
    schema: ClaimsSchema = field(compare=False, repr=False)

    @property
    def scope(self) -> str:
        return self.settings.scope

    @property
    def batch_size(self) -> int:
        return self.settings.batch_size

    @property
    def status_bits(self) -> int:
        return self.settings.status_bits

    @property
    def is_identity(self) -> bool:
        """Production offers it by pre-authorized code only together with a transaction code."""
        return self.settings.identity

    def validity_at(self, now: datetime) -> ValidityPeriod:
        """`iat` and `exp` of a credential that is issued now, in whole days."""
        return validity_period(now, self.settings.validity_days)


@dataclass(frozen=True, slots=True)
class BuiltConfigurations:
    """What came of the folders: a type that is wrong stops that type and no other."""

    good: Mapping[ConfigurationId, CredentialConfiguration]
    """The types that can be issued, in order of their names."""
    problems: tuple[Problem, ...]
    """Everything that is wrong, by type and file; a problem without `type_name` concerns no type alone."""

    def problems_of(self, type_name: str) -> tuple[Problem, ...]:
        """What is wrong with one type."""
        return tuple(problem for problem in self.problems if problem.type_name == type_name)

    def require_all(self) -> Mapping[ConfigurationId, CredentialConfiguration]:
        """The types, where none may be wrong. Raises BadCredentialTypes with every problem."""
        if self.problems:
            raise BadCredentialTypes(self.problems)
        return self.good


def build_configurations(folders: Mapping[str, Mapping[str, bytes]], *, vct_base: str) -> BuiltConfigurations:
    """All credential types, from the octets of their files by folder and file name.

    `vct_base`: absolute URL without slash at its end; a type is `<vct_base>/<folder>/<version>`. Files with
    other names are left alone.
    """
    if not vct_base or vct_base.endswith("/"):
        raise ValueError("vct_base has no slash at its end")
    problems: list[Problem] = []
    built: dict[ConfigurationId, CredentialConfiguration] = {}
    for type_name, files in sorted(folders.items()):
        configuration, found = _build(type_name, files, vct_base)
        problems += found
        if configuration is not None:
            built[configuration.id] = configuration
    for problem in list(_shared_scopes(built)):
        problems.append(problem)
        del built[ConfigurationId(problem.type_name)]
    if not folders:
        problems.append(Problem("", "", "", "there is no credential type"))
    return BuiltConfigurations(built, tuple(problems))


def _build(
    type_name: str, files: Mapping[str, bytes], vct_base: str
) -> tuple[CredentialConfiguration | None, list[Problem]]:
    problems = [Problem(type_name, name, "", "the file is missing") for name in FILES if name not in files]
    if not _TYPE_NAME.fullmatch(type_name):
        problems.append(
            Problem(type_name, "", "", "the name of the folder is not of lower-case words and hyphens")
        )
    if problems:
        return None, problems
    settings, settings_problems = read_type_settings(type_name, files[TYPE_FILE])
    schema, schema_problems = read_claims_schema(type_name, files[SCHEMA_FILE])
    # Without a version any vct will do to find out what is wrong with the rest.
    vct = f"{vct_base}/{type_name}/{settings.version if settings else 0}"
    document, metadata, metadata_problems = _read_type_metadata(type_name, files, vct)
    problems = [*settings_problems, *metadata_problems, *schema_problems]
    if settings is None or schema is None or metadata is None or problems:
        return None, problems
    problems = find_disagreements(type_name, settings, metadata, schema)
    if problems:
        return None, problems
    integrity = create_integrity(document)
    configuration = CredentialConfiguration(
        id=ConfigurationId(type_name),
        vct=vct,
        vct_integrity=integrity,
        type_metadata=document,
        metadata=resolve_type_metadata(TypeReference(vct, integrity), {vct: document}),
        settings=settings,
        plan=_plan(settings),
        claim_paths=tuple(_leaves(claim.path for claim in metadata.claims)),
        schema=schema,
    )
    return configuration, []


def _read_type_metadata(
    type_name: str, files: Mapping[str, bytes], vct: str
) -> tuple[bytes, TypeMetadata | None, list[Problem]]:
    """The octets to serve, with `vct` and pictures put in; what they say; what is wrong."""

    def problem(text: str, member: str = "") -> Problem:
        return Problem(type_name, METADATA_FILE, member, text)

    try:
        members = parse_json_object(files[METADATA_FILE], max_bytes=MAX_METADATA_BYTES)
    except EncodingError as error:
        return b"", None, [problem(f"{error.text} {error.detail}".strip())]
    if "vct" in members:
        return b"", None, [problem("leave it out; it is put in when the issuer starts", "vct")]
    embedded, found = embed_pictures(members, files)
    document = create_json({"vct": vct, **embedded})
    try:
        metadata = parse_type_metadata(document)
    except TypeMetadataError as error:
        return b"", None, [problem(error.detail), *(problem(text, place) for place, text in found)]
    # A picture that was not found is one problem, not one more for every rule about pictures.
    found = found or list(picture_problems(metadata))
    return document, metadata, [problem(text, place) for place, text in found]


def _plan(settings: TypeSettings) -> DisclosurePlan:
    decoys: dict[PlanPath, int] = {total.path: total.digests for total in settings.decoys}
    return DisclosurePlan(settings.disclosable, decoys)


def _leaves(described: Iterable[ClaimPath]) -> Iterator[ClaimPath]:
    paths = dict.fromkeys(path[: path.index(None)] if None in path else path for path in described)
    for path in paths:
        if not any(len(other) > len(path) and other[: len(path)] == path for other in paths):
            yield path


def _shared_scopes(built: Mapping[ConfigurationId, CredentialConfiguration]) -> Iterator[Problem]:
    """A scope asks for one type (OpenID4VCI 1.0 section 5.1.2).

    The type that is called like the scope keeps it, else the first by name: a copied folder stops itself.
    """
    seen: dict[str, ConfigurationId] = {}
    for configuration in sorted(built.values(), key=lambda one: (one.scope != one.id, one.id)):
        first = seen.setdefault(configuration.scope, configuration.id)
        if first != configuration.id:
            yield Problem(configuration.id, TYPE_FILE, "scope", f"is the scope of {first} already")
