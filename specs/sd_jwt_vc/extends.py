"""From a chain of Type Metadata documents to what holds for a type (SD-JWT VC sections 5.4, 5.5.2, 5.6.5).

Nothing is fetched here: `next_document` says what is still needed, the caller fetches it under its own rules
(section 3), and `resolve_type_metadata` joins what is there. All or nothing (section 5.7).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from specs.sd_jwt_vc.claim_path import ClaimPath, show_path
from specs.sd_jwt_vc.display_metadata import TypeDisplay
from specs.sd_jwt_vc.errors import (
    CircularExtends,
    ExtendsTooDeep,
    IllegalOverride,
    TypeMetadataMismatch,
    TypeMetadataUnavailable,
)
from specs.sd_jwt_vc.integrity import verify_integrity
from specs.sd_jwt_vc.type_metadata import (
    ClaimMetadata,
    SelectiveDisclosure,
    TypeMetadata,
    check_unique,
    parse_type_metadata,
)

MAX_CHAIN: Final = 8
"""Documents in a chain, the type of the credential included."""


@dataclass(frozen=True, slots=True)
class TypeReference:
    """A type as a credential (`vct`, `vct#integrity`) or a child type (`extends`) refers to it."""

    vct: str
    integrity: str | None


@dataclass(frozen=True, slots=True)
class EffectiveTypeMetadata:
    """Everything that holds for a type, its parents included.

    `lineage` is the type followed by what it extends, nearest first. It may help to match a query; it never
    says who may issue what (section 7.7).
    """

    vct: str
    lineage: tuple[str, ...]
    name: str | None
    description: str | None
    display: tuple[TypeDisplay, ...]
    claims: tuple[ClaimMetadata, ...]


def next_document(reference: TypeReference, documents: Mapping[str, bytes]) -> TypeReference | None:
    """The next document of the chain that is not in `documents` (by `vct`), or None when all are there.

    Raises the errors of `resolve_type_metadata` as soon as the documents at hand show them, so that a
    document which fails its integrity check never causes another request.
    """
    return _chain(reference, documents)[1]


def resolve_type_metadata(reference: TypeReference, documents: Mapping[str, bytes]) -> EffectiveTypeMetadata:
    """The effective description of a type from the octets of its documents, by `vct`.

    Raises TypeMetadataUnavailable, IntegrityError, InvalidTypeMetadata, InvalidClaimPath,
    TypeMetadataMismatch, CircularExtends, ExtendsTooDeep or IllegalOverride; each rejects the credential.
    """
    chain, missing = _chain(reference, documents)
    if missing is not None:
        raise TypeMetadataUnavailable(missing.vct)
    child = chain[0]
    claims: tuple[ClaimMetadata, ...] = ()
    for document in reversed(chain):
        claims = _inherit(claims, document.claims)
    check_unique(claims)
    return EffectiveTypeMetadata(
        vct=child.vct,
        lineage=tuple(document.vct for document in chain),
        name=child.name,
        description=child.description,
        display=_inherited_display(chain),
        claims=claims,
    )


def _chain(
    reference: TypeReference, documents: Mapping[str, bytes]
) -> tuple[list[TypeMetadata], TypeReference | None]:
    """The documents from the type to its furthest known ancestor, and the reference that leads on, if any."""
    chain: list[TypeMetadata] = []
    seen: set[str] = set()
    following: TypeReference | None = reference
    while following is not None:
        # Section 7.4: found before the parent is asked for, so that a loop costs no request.
        if following.vct in seen:
            raise CircularExtends(following.vct)
        if len(chain) == MAX_CHAIN:
            raise ExtendsTooDeep(f"more than {MAX_CHAIN} documents")
        seen.add(following.vct)
        if following.vct not in documents:
            return chain, following
        document = _document(following, documents[following.vct])
        chain.append(document)
        following = TypeReference(document.extends, document.extends_integrity) if document.extends else None
    return chain, None


def _document(reference: TypeReference, data: bytes) -> TypeMetadata:
    # Section 6: integrity over the octets comes first, nothing of a wrong document is looked at.
    if reference.integrity is not None:
        verify_integrity(data, reference.integrity)
    document = parse_type_metadata(data)
    # Section 5.3: identical strings, no normalisation.
    if document.vct != reference.vct:
        raise TypeMetadataMismatch(reference.vct)
    return document


def _inherited_display(chain: list[TypeMetadata]) -> tuple[TypeDisplay, ...]:
    """The nearest `display` replaces all further ones as a whole (section 5.5.2)."""
    for document in chain:
        if document.display is not None:
            return document.display
    return ()


def _inherit(
    inherited: tuple[ClaimMetadata, ...], own: tuple[ClaimMetadata, ...]
) -> tuple[ClaimMetadata, ...]:
    """Inherited claims first, in their order; new ones of the child follow (section 5.6.5)."""
    merged: dict[ClaimPath, ClaimMetadata] = {claim.path: claim for claim in inherited}
    for claim in own:
        parent = merged.get(claim.path)
        merged[claim.path] = _override(parent, claim) if parent is not None else claim
    return tuple(merged.values())


def _override(parent: ClaimMetadata, child: ClaimMetadata) -> ClaimMetadata:
    """Property by property, never inside one; what the parent fixed stays fixed (section 5.6.5.1)."""
    fixed = parent.selective_disclosure
    if fixed is not SelectiveDisclosure.ALLOWED and child.sd not in (None, fixed):
        raise IllegalOverride(f"sd of {show_path(child.path)}")
    if parent.is_mandatory and child.mandatory is False:
        raise IllegalOverride(f"mandatory of {show_path(child.path)}")
    return replace(
        parent,
        display=parent.display if child.display is None else child.display,
        mandatory=parent.mandatory if child.mandatory is None else child.mandatory,
        sd=parent.sd if child.sd is None else child.sd,
        svg_id=parent.svg_id if child.svg_id is None else child.svg_id,
    )
