"""What the operator configures in files: presets and whom to trust."""

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Final

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keys.certificate_chains import load_anchors
from keys.errors import CustodyError
from specs.encoding import EncodingError, parse_json_object
from verifier.domain.preset import Preset, parse_preset
from verifier.domain.trust import Trust, TrustedIssuer
from verifier.errors import BadTrust, UnknownCredentialType

log: Final = structlog.get_logger()

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


def vcts_of(trust: Trust) -> Mapping[str, Sequence[str]]:
    """Short type names to their ``vct`` values, from what the trusted issuers issue; all versions."""
    found: dict[str, list[str]] = {}
    for vct in sorted({vct for issuer in trust.issuers for vct in issuer.vcts}):
        name = vct.split("/")[-2] if vct.count("/") > 1 else vct
        found.setdefault(name, []).append(vct)
    return found


def read_presets(
    folder: Path | None, *, vcts: Mapping[str, Sequence[str]], production: bool
) -> Mapping[str, Preset]:
    """The presets of a folder; ``None``: those that are shipped, as far as somebody issues their types.

    Raises:
        BadPreset, OverAsking: one of them cannot be used; the verifier does not start with it.
    """
    shipped = Path(str(resources.files("verifier") / "presets"))
    presets: dict[str, Preset] = {}
    for file in sorted((folder or shipped).glob("*.json")):
        try:
            presets[file.stem] = parse_preset(file.stem, file.read_bytes(), vcts=vcts, production=production)
        except UnknownCredentialType:
            # An operator means what stands in a file of theirs; of ours they use what fits.
            if folder is not None:
                raise
            log.warning("preset_left_out", preset=file.stem)
    return presets
