"""Presets: what a relying service may ask for, as data (decisions.md: one word, *preset*).

One JSON file each under ``verifier/presets``. Types are named shortly and resolved to ``vct`` values at
start. A preset that asks for more than it may is refused before anybody can use it (5.19).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specs.dcql import CredentialQuery, DcqlError, DcqlQuery, lint_query, parse_dcql_query
from specs.dcql.query import SD_JWT_VC, ClaimsQuery
from specs.encoding import EncodingError, parse_json_object
from verifier.errors import BadPreset, OverAsking, UnknownCredentialType

MAX_PRESET_BYTES: Final = 64 * 1024
LANGUAGES: Final = ("en-CA", "fr-CA")

STABLE_SUBJECT_CLAIM: Final = "personal_administrative_number"
"""Asked for by the sign-in preset alone and never passed on (decisions.md, OpenID Connect)."""


class SubjectMode(StrEnum):
    """What a relying service may recognise a person by (7.09)."""

    EPHEMERAL = "ephemeral"
    PER_PRESET = "per-preset"
    STABLE = "stable"


class _StatusMaxAge(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    sandbox: int = Field(ge=0)
    production: int = Field(ge=0)


class _PresetFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    names: dict[str, str]
    purposes: dict[str, str]
    subject_mode: str
    status_max_age: _StatusMaxAge
    """Seconds; how old a status list may be when it decides."""
    query: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset, checked and ready to be asked."""

    id: str
    names: Mapping[str, str]
    purposes: Mapping[str, str]
    subject_mode: SubjectMode
    status_max_age: timedelta
    query: DcqlQuery


def parse_preset(
    preset_id: str, data: bytes, *, vcts: Mapping[str, Sequence[str]], production: bool
) -> Preset:
    """The preset in a file. ``vcts``: short type name to ``vct``, one for each version that is trusted.

    Raises:
        BadPreset: malformed, not in both languages, or not a DCQL query that results have room for.
        UnknownCredentialType: no trusted issuer issues one of its types.
        OverAsking: asks for what can never be withheld, for claims in no claim set, or for the stable
            subject claim.
    """
    try:
        members = _PresetFile.model_validate(parse_json_object(data, max_bytes=MAX_PRESET_BYTES))
        mode = SubjectMode(members.subject_mode)
        # Parsed as it stands first: then its shape is known, and only names are left to be resolved.
        query = _resolved(parse_dcql_query(members.query), vcts)
    except (EncodingError, ValidationError, DcqlError, ValueError) as error:
        raise BadPreset(f"{preset_id}: {type(error).__name__}") from error
    if any(not texts.get(tag) for texts in (members.names, members.purposes) for tag in LANGUAGES):
        raise BadPreset(f"{preset_id}: names and purposes are needed in {' and '.join(LANGUAGES)}")
    if not all(_is_verifiable(one) for one in query.credentials):
        raise BadPreset(f"{preset_id}: one holder-bound SD-JWT VC for each credential query")
    findings = lint_query(query, allows=_allows)
    if findings:
        raise OverAsking(f"{preset_id}: {', '.join(f'{one.finding} {one.path}' for one in findings)}")
    seconds = members.status_max_age.production if production else members.status_max_age.sandbox
    return Preset(preset_id, members.names, members.purposes, mode, timedelta(seconds=seconds), query)


def _is_verifiable(query: CredentialQuery) -> bool:
    """What this verifier decides about; it always asks for holder binding, and a result has one of each."""
    return query.format == SD_JWT_VC and query.require_holder_binding and not query.multiple


def _resolved(query: DcqlQuery, vcts: Mapping[str, Sequence[str]]) -> DcqlQuery:
    return replace(query, credentials=tuple(_with_vcts(one, vcts) for one in query.credentials))


def _with_vcts(query: CredentialQuery, vcts: Mapping[str, Sequence[str]]) -> CredentialQuery:
    if not all(vcts.get(name) for name in query.types):
        raise UnknownCredentialType(query.id)
    return replace(query, types=tuple(vct for name in query.types for vct in vcts[name]))


def _allows(_query: CredentialQuery, claim: ClaimsQuery) -> bool:
    return claim.path[0] != STABLE_SUBJECT_CLAIM
