"""What the operator configures in files: whom to trust."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keys.certificate_chains import load_anchors
from keys.errors import CustodyError
from specs.encoding import EncodingError, parse_json_object
from verifier.domain.trust import Trust, TrustedIssuer
from verifier.errors import BadTrust

MAX_TRUST_BYTES = 1024 * 1024


class _Issuer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    issuer: str
    mechanism: Annotated[str, Field(pattern="^x5c$")]
    anchors: str
    """A PEM file, relative to the trust file."""
    types: list[str]
    """Short names; ``vct_base`` makes them ``vct`` values, version 1 unless ``name/version`` says another."""
    vct_base: str


class _TrustFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    issuers: list[_Issuer]


def vct_of(vct_base: str, name: str) -> str:
    """``<vct_base>/<type>/<version>``."""
    type_name, _, version = name.partition("/")
    return f"{vct_base}/{type_name}/{version or '1'}"


def read_trust(path: Path) -> Trust:
    """The trust file (see docs/operating.md).

    Raises:
        BadTrust: it cannot be read; nobody is trusted by accident.
    """
    try:
        members = _TrustFile.model_validate(parse_json_object(path.read_bytes(), max_bytes=MAX_TRUST_BYTES))
        return Trust(tuple(_issuer(path.parent, one) for one in members.issuers))
    except (OSError, EncodingError, ValidationError, CustodyError, ValueError) as error:
        raise BadTrust(f"{path.name}: {type(error).__name__}") from error


def _issuer(folder: Path, one: _Issuer) -> TrustedIssuer:
    anchors = load_anchors((folder / one.anchors).read_bytes())
    return TrustedIssuer(one.issuer, anchors, frozenset(vct_of(one.vct_base, name) for name in one.types))
