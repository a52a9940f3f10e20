"""A preset's file: one JSON object under ``verifier/presets`` or in the operator's folder.

Types are named shortly there, and resolved to ``vct`` values when it is known whom the verifier trusts. A
preset that asks for more than it may is refused before anybody can use it (5.19).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specs.dcql import (
    CredentialQuery,
    CredentialSet,
    DcqlError,
    DcqlQuery,
    parse_claims_path,
    parse_dcql_query,
)
from specs.dcql.query import SD_JWT_VC
from specs.encoding import EncodingError, parse_json_object
from verifier.domain.known_types import KnownTypes
from verifier.domain.needs import NEEDS, is_nameable
from verifier.domain.over_asking import (
    OverAskingFinding,
    RegisteredNeeds,
    lint_preset,
    lint_retention,
    lint_types,
)
from verifier.domain.policy import AllOf, HeldInPerson, IssuedBy, Policy, StatusFresh
from verifier.domain.policy_file import PolicyMembers, build_policies
from verifier.domain.presentation import CrossDevice
from verifier.domain.preset import ID_FORM, LANGUAGES, MAX_ID, Preset, Retention, SubjectMode
from verifier.domain.recognition import recognition_fault
from verifier.errors import BadPreset, OverAsking, UnknownCredentialType

MAX_PRESET_BYTES: Final = 64 * 1024
MAX_STATUS_AGE: Final = 7 * 24 * 3600
"""Seconds: no copy of a list is used for longer, whatever it says itself (specs.token_status_list)."""
MAX_EVIDENCE_DAYS: Final = 400
MAX_RETENTION_DAYS: Final = 3_660
"""Ten years, the longest that laws in the province ask of somebody who has looked at a person's card."""
_ID: Final = re.compile(ID_FORM, re.ASCII)


class _Members(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _StatusMaxAge(_Members):
    sandbox: int = Field(ge=0, le=MAX_STATUS_AGE)
    production: int = Field(ge=0, le=MAX_STATUS_AGE)


class _Retention(_Members):
    days: int = Field(ge=0, le=MAX_RETENTION_DAYS)
    purposes: dict[str, str] = Field(default_factory=dict)


class _Evidence(_Members):
    days: int = Field(ge=1, le=MAX_EVIDENCE_DAYS)
    purposes: dict[str, str]


class _Need(_Members):
    """A claim that no registered word covers, such as one of the operator's own types."""

    path: list[Any]
    purposes: dict[str, str]


class _PresetFile(_Members):
    names: dict[str, str]
    purposes: dict[str, str]
    subject_mode: Literal["ephemeral", "per-preset", "stable"]
    status_max_age: _StatusMaxAge
    """Seconds; how old a status list may be when it decides."""
    needs: list[str | _Need]
    retention: _Retention = _Retention(days=0)
    evidence: _Evidence | None = None
    cross_device: Literal["code", "open", "off"] = "code"
    accepted_issuers: Annotated[list[str], Field(min_length=1)] | None = None
    policies: list[PolicyMembers] = Field(default_factory=list)
    guardian_may_present: bool = False
    query: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UnresolvedPreset:
    """A preset as its file has it: the types in its query are short names still."""

    preset: Preset

    def resolved(self, types: KnownTypes, *, drop_unknown: bool = False) -> Preset:
        """The preset, ready to be asked. ``drop_unknown``: without the alternatives that nobody issues.

        Raises:
            UnknownCredentialType: no trusted issuer issues a type without which it cannot be answered.
            OverAsking: asks for claims that the types do not have.
        """
        query = self.preset.query
        if drop_unknown:
            query = _without_unknown(query, types)
        unknown = [one.id for one in query.credentials if not all(types.vcts.get(name) for name in one.types)]
        if unknown or not query.credentials:
            raise UnknownCredentialType(f"{self.preset.id}: {', '.join(unknown) or 'every credential'}")
        query = replace(query, credentials=tuple(_with_vcts(one, types) for one in query.credentials))
        _refuse(self.preset.id, lint_types(query, types))
        return replace(self.preset, query=query)


def parse_preset(preset_id: str, data: bytes, *, production: bool) -> UnresolvedPreset:
    """The preset in a file.

    Raises:
        BadPreset: malformed, not in both languages, or a query that this verifier cannot decide about.
        OverAsking: asks for more than the registered purpose needs.
    """
    if len(preset_id) > MAX_ID or not _ID.fullmatch(preset_id):
        # Nobody could ask for it by the API, and it would stand in addresses, receipts and tokens.
        raise BadPreset(f"the file's name: small letters, digits and -, {MAX_ID} at most, a letter first")
    try:
        members = _PresetFile.model_validate(parse_json_object(data, max_bytes=MAX_PRESET_BYTES))
        query = parse_dcql_query(members.query)
        needs = _needs(preset_id, members.needs)
    except ValidationError as error:
        raise BadPreset(f"{preset_id}: {_first(error)}") from error
    except (EncodingError, DcqlError) as error:
        raise BadPreset(f"{preset_id}: {type(error).__name__} {error.detail}".rstrip()) from error
    _check_texts(preset_id, members)
    for one in query.credentials:
        _check_decidable(preset_id, one)
    policy = _policy(preset_id, members, query)
    mode, evidence = SubjectMode(members.subject_mode), members.evidence
    told = (*members.names.values(), *members.purposes.values())
    too_long = lint_retention(members.retention.days, needs)
    _refuse(preset_id, (*lint_preset(query, needs, told), *too_long))
    # What is asked for too much comes first: its finding says what to do instead.
    fault = recognition_fault(mode, query, keeps_evidence=evidence is not None)
    if fault:
        raise BadPreset(f"{preset_id}: {fault}")
    age = members.status_max_age
    return UnresolvedPreset(
        Preset(
            id=preset_id,
            names=members.names,
            purposes=members.purposes,
            subject_mode=mode,
            query=query,
            status=StatusFresh(timedelta(seconds=age.production if production else age.sandbox)),
            policy=policy,
            needs=tuple(one for one in members.needs if isinstance(one, str)),
            retention=Retention(members.retention.days, members.retention.purposes),
            evidence=None if evidence is None else Retention(evidence.days, evidence.purposes),
            cross_device=CrossDevice(members.cross_device),
        )
    )


def _policy(preset_id: str, members: _PresetFile, query: DcqlQuery) -> AllOf:
    policies: list[Policy] = []
    if not members.guardian_may_present:
        policies.append(HeldInPerson())
    if members.accepted_issuers is not None:
        policies.append(IssuedBy(frozenset(members.accepted_issuers)))
    try:
        return AllOf((*policies, *build_policies(members.policies, query)))
    except BadPreset as error:
        raise BadPreset(f"{preset_id}: {error.detail}") from error


def _needs(preset_id: str, listed: Sequence[str | _Need]) -> RegisteredNeeds:
    words = tuple(one for one in listed if isinstance(one, str))
    unknown = [word for word in words if word not in NEEDS]
    if unknown:
        raise BadPreset(f"{preset_id}: needs: {unknown[0]} is none of {', '.join(NEEDS)}")
    further = []
    for one in listed:
        if isinstance(one, str):
            continue
        path = parse_claims_path(one.path)
        _both_languages(preset_id, "needs", one.purposes)
        if is_nameable(path):
            # A word of one's own would be a way around the registered ones.
            raise BadPreset(f"{preset_id}: needs: there is a registered word for {path[0]}")
        further.append(path)
    return RegisteredNeeds(words, tuple(further))


def _check_texts(preset_id: str, members: _PresetFile) -> None:
    _both_languages(preset_id, "names", members.names)
    _both_languages(preset_id, "purposes", members.purposes)
    if members.retention.days:
        _both_languages(preset_id, "retention.purposes", members.retention.purposes)
    if members.evidence is not None:
        _both_languages(preset_id, "evidence.purposes", members.evidence.purposes)


def _both_languages(preset_id: str, what: str, texts: Mapping[str, str]) -> None:
    if any(not texts.get(tag, "").strip() for tag in LANGUAGES):
        raise BadPreset(f"{preset_id}: {what} are needed in {' and '.join(LANGUAGES)}")


def _check_decidable(preset_id: str, query: CredentialQuery) -> None:
    """What grammar allows and this verifier does not decide about; better said now than to a person."""
    if query.format != SD_JWT_VC:
        _cannot(preset_id, query, f"only {SD_JWT_VC} is verified")
    if not query.require_holder_binding:
        _cannot(preset_id, query, "a credential without holder binding proves nothing about who shows it")
    if query.multiple:
        _cannot(preset_id, query, "multiple: a result has room for one credential; ask in a query of its own")
    if any(one.type != "aki" for one in query.trusted_authorities or ()):
        _cannot(preset_id, query, "trusted_authorities: only aki can be matched; name accepted_issuers")


def _cannot(preset_id: str, query: CredentialQuery, why: str) -> NoReturn:
    raise BadPreset(f"{preset_id}: {query.id}: {why}")


def _refuse(preset_id: str, findings: tuple[OverAskingFinding, ...]) -> None:
    if findings:
        places = ", ".join(f"{one.kind} {one.place}" for one in findings)
        raise OverAsking(f"{preset_id}: {places}", findings)


def _without_unknown(query: DcqlQuery, types: KnownTypes) -> DcqlQuery:
    """Alternatives that nobody issues are left out; a set that loses all of them stays, and is refused."""
    known = {one.id for one in query.credentials if all(types.vcts.get(name) for name in one.types)}
    if query.credential_sets is None:
        return query
    sets = []
    for one in query.credential_sets:
        options = tuple(option for option in one.options if known.issuperset(option))
        if options or one.required:
            sets.append(CredentialSet(options or one.options, one.required))
    left = {name for one in sets for option in one.options for name in option}
    credentials = tuple(one for one in query.credentials if one.id in left)
    return replace(query, credentials=credentials, credential_sets=tuple(sets))


def _with_vcts(query: CredentialQuery, types: KnownTypes) -> CredentialQuery:
    vcts = dict.fromkeys(vct for name in query.types for vct in types.vcts[name])
    return replace(query, types=tuple(vcts))


def _first(error: ValidationError) -> str:
    """Where the first thing is wrong, without what stands there."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
