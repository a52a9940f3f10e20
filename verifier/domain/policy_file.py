"""Policies as they stand in a preset's file: one object each, ``policy`` says which."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from specs.dcql import ClaimsPath, CredentialQuery, DcqlQuery
from specs.sd_jwt_vc import show_path
from verifier.domain.policy import AnyOf, ClaimEquals, IssuedBy, LastDayNotPassed, Policy
from verifier.domain.same_holder import IDENTIFYING_CLAIMS, NAME_CLAIMS, SameClaim, SameHolder
from verifier.errors import BadPreset

Path: TypeAlias = Annotated[list[str | int | None], Field(min_length=1, max_length=32)]


def _all_different(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("one of them is there twice")
    return names


Several: TypeAlias = Annotated[list[str], Field(min_length=2, max_length=8), AfterValidator(_all_different)]


class _PolicyMembers(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SameHolderMembers(_PolicyMembers):
    policy: Literal["same_holder"]
    credentials: Several

    def built(self) -> Policy:
        return SameHolder(tuple(self.credentials))

    def uses(self) -> Iterator[tuple[str, ClaimsPath | None]]:
        """Every credential query it is about, with a claim it looks at there."""
        return ((one, (name,)) for one in self.credentials for name in NAME_CLAIMS)


class SameClaimMembers(_PolicyMembers):
    policy: Literal["same_claim"]
    credentials: Several
    path: Path

    def built(self) -> Policy:
        return SameClaim(tuple(self.credentials), tuple(self.path))

    def uses(self) -> Iterator[tuple[str, ClaimsPath | None]]:
        return ((one, tuple(self.path)) for one in self.credentials)


class ClaimEqualsMembers(_PolicyMembers):
    policy: Literal["claim_equals"]
    credential: str
    path: Path
    values: Annotated[list[str | int | bool], Field(min_length=1, max_length=128)]

    def built(self) -> Policy:
        return ClaimEquals(self.credential, tuple(self.path), tuple(self.values))

    def uses(self) -> Iterator[tuple[str, ClaimsPath | None]]:
        yield self.credential, tuple(self.path)


class LastDayMembers(_PolicyMembers):
    policy: Literal["last_day_not_passed"]
    credential: str
    path: Path

    def built(self) -> Policy:
        return LastDayNotPassed(self.credential, tuple(self.path))

    def uses(self) -> Iterator[tuple[str, ClaimsPath | None]]:
        yield self.credential, tuple(self.path)


class IssuedByMembers(_PolicyMembers):
    policy: Literal["issued_by"]
    credential: str
    issuers: Annotated[list[str], Field(min_length=1, max_length=128)]

    def built(self) -> Policy:
        return IssuedBy(frozenset(self.issuers), self.credential)

    def uses(self) -> Iterator[tuple[str, ClaimsPath | None]]:
        yield self.credential, None


class AnyOfMembers(_PolicyMembers):
    policy: Literal["any_of"]
    policies: Annotated[list["PolicyMembers"], Field(min_length=2, max_length=8)]

    def built(self) -> Policy:
        return AnyOf(tuple(one.built() for one in self.policies))

    def uses(self) -> Iterator[tuple[str, ClaimsPath | None]]:
        return (use for one in self.policies for use in one.uses())


PolicyMembers: TypeAlias = Annotated[
    SameHolderMembers
    | SameClaimMembers
    | ClaimEqualsMembers
    | LastDayMembers
    | IssuedByMembers
    | AnyOfMembers,
    Field(discriminator="policy"),
]
AnyOfMembers.model_rebuild()


def build_policies(members: Sequence[PolicyMembers], query: DcqlQuery) -> tuple[Policy, ...]:
    """The policies of a file, for its query.

    Raises:
        BadPreset: one is about a credential or a claim that is not asked for: it could never hold, or would
            rest on what a wallet shows unasked.
    """
    for one in _holder_rules(members):
        asked = [query.credential(name) for name in one.credentials]
        if not any(all(it is None or _asks(it, (name,)) for it in asked) for name in IDENTIFYING_CLAIMS):
            which = ", ".join(one.credentials)
            raise BadPreset(f"same_holder would compare names alone: ask each of {which} for birthdate")
    for use in (use for one in members for use in one.uses()):
        query_id, path = use
        credential = query.credential(query_id)
        if credential is None:
            raise BadPreset(f"a policy is about the credential query {query_id}, which there is not")
        if path is not None and not _asks(credential, path):
            raise BadPreset(f"a policy looks at {show_path(path)} of {query_id}, which is not asked for")
    return tuple(one.built() for one in members)


def _holder_rules(members: Sequence[PolicyMembers]) -> Iterator[SameHolderMembers]:
    for one in members:
        if isinstance(one, SameHolderMembers):
            yield one
        elif isinstance(one, AnyOfMembers):
            yield from _holder_rules(one.policies)


def _asks(credential: CredentialQuery, path: ClaimsPath) -> bool:
    return any(path[: len(claim.path)] == claim.path for claim in credential.claims or ())
