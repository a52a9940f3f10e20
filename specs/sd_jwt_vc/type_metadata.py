"""One Type Metadata document (SD-JWT VC sections 5.2 and 5.6), parsed but not yet joined with its parents.

`specs.sd_jwt_vc.extends` makes the effective description of a type out of a chain of these.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from specs.encoding import EncodingError, parse_json_object
from specs.sd_jwt_vc.claim_path import ClaimPath, parse_claim_path, show_path
from specs.sd_jwt_vc.display_metadata import (
    ClaimDisplay,
    TypeDisplay,
    parse_claim_display,
    parse_type_display,
)
from specs.sd_jwt_vc.errors import InvalidClaimPath, InvalidTypeMetadata
from specs.sd_jwt_vc.members import Members

MAX_TYPE_METADATA_BYTES: Final = 512 * 1024

# Section 5.6: alphanumeric and underscore, no digit first.
_SVG_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


class SelectiveDisclosure(StrEnum):
    """What `sd` says about a claim (section 5.6.4)."""

    ALWAYS = "always"
    ALLOWED = "allowed"
    NEVER = "never"


_SD: Final = {word.value: word for word in SelectiveDisclosure}


@dataclass(frozen=True, slots=True)
class ClaimMetadata:
    """Rules and labels of the claims that `path` selects. None: the document does not say (section 5.6.5)."""

    path: ClaimPath
    display: tuple[ClaimDisplay, ...] | None = None
    mandatory: bool | None = None
    sd: SelectiveDisclosure | None = None
    svg_id: str | None = None

    @property
    def is_mandatory(self) -> bool:
        return self.mandatory is True

    @property
    def selective_disclosure(self) -> SelectiveDisclosure:
        return self.sd or SelectiveDisclosure.ALLOWED


@dataclass(frozen=True, slots=True)
class TypeMetadata:
    """One document. `display` None: inherited from the parent; empty: there is none."""

    vct: str
    name: str | None = None
    description: str | None = None
    extends: str | None = None
    extends_integrity: str | None = None
    display: tuple[TypeDisplay, ...] | None = None
    claims: tuple[ClaimMetadata, ...] = ()


def parse_type_metadata(data: bytes) -> TypeMetadata:
    """Parses the octets of a document; members that are not known are ignored (section 5.2).

    Raises InvalidTypeMetadata or InvalidClaimPath, with the place in the document as detail.
    """
    try:
        members = Members(parse_json_object(data, max_bytes=MAX_TYPE_METADATA_BYTES))
    except EncodingError as error:
        raise InvalidTypeMetadata(error.code) from error
    claims = members.array("claims", _claim) or ()
    check_unique(claims)
    return TypeMetadata(
        vct=members.required_text("vct"),
        name=members.text("name"),
        description=members.text("description"),
        extends=_extends(members),
        extends_integrity=members.text("extends#integrity"),
        display=members.array("display", parse_type_display),
        claims=claims,
    )


def check_unique(claims: tuple[ClaimMetadata, ...]) -> None:
    """Two entries for one path would contradict each other; an `svg_id` names one entry (section 5.6).

    Raises InvalidTypeMetadata.
    """
    seen: set[ClaimPath] = set()
    svg_ids: set[str] = set()
    for claim in claims:
        if claim.path in seen:
            raise InvalidTypeMetadata(f"two entries for the path {show_path(claim.path)}")
        seen.add(claim.path)
        if claim.svg_id in svg_ids:
            raise InvalidTypeMetadata(f"svg_id {claim.svg_id} used twice")
        if claim.svg_id is not None:
            svg_ids.add(claim.svg_id)


def _extends(members: Members) -> str | None:
    return members.required_text("extends") if "extends" in members.values else None


def _claim(value: object, place: str) -> ClaimMetadata:
    members = Members.of(value, place)
    svg_id = members.text("svg_id")
    if svg_id is not None and not _SVG_ID.fullmatch(svg_id):
        raise InvalidTypeMetadata(f"{members.at('svg_id')} is no identifier")
    return ClaimMetadata(
        path=_path(members),
        display=members.array("display", parse_claim_display),
        mandatory=members.flag("mandatory"),
        sd=members.one_of("sd", _SD),
        svg_id=svg_id,
    )


def _path(members: Members) -> ClaimPath:
    try:
        return parse_claim_path(members.values.get("path"))
    except InvalidClaimPath as error:
        raise InvalidClaimPath(f"{members.at('path')}: {error.detail}") from error
