"""Whom to trust, as the operator writes it down; the verifier reads the same file::

{"issuers": [{"issuer": "https://issuer.example", "mechanism": "x5c", "anchors": "issuer.pem",
              "types": ["photo-card", "licence/2"], "vct_base": "https://issuer.example/types"}],
 "verifiers": [{"anchors": "verifiers.pem"}]}
"""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keys.certificate_chains import load_anchors
from keys.errors import CustodyError
from specs.encoding import EncodingError, parse_json_object
from specs.jose import TrustAnchors, trust_anchors
from wallet_api.domain.trust import Trust, TrustedCredentialIssuer
from wallet_api.errors import BadTrust

MAX_TRUST_BYTES: Final = 1024 * 1024
_PEM: Final = "-----BEGIN"

_Text = Annotated[str, Field(min_length=1)]


class _Member(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Issuer(_Member):
    issuer: _Text
    mechanism: Literal["x5c"]
    anchors: _Text
    """A PEM file, relative to the trust file, or its text."""
    types: Annotated[list[_Text], Field(min_length=1)]
    """Short names; ``vct_base`` makes them ``vct`` values, version 1 unless ``name/version`` says another."""
    vct_base: _Text


class _Verifier(_Member):
    anchors: _Text


class _TrustFile(_Member):
    issuers: list[_Issuer] = []
    verifiers: list[_Verifier] = []


def read_trust(path: Path) -> Trust:
    """The trust file.

    Raises:
        BadTrust: it cannot be read, or names an issuer twice; nobody is trusted by accident.
    """
    try:
        file = _TrustFile.model_validate(parse_json_object(path.read_bytes(), max_bytes=MAX_TRUST_BYTES))
        if len({one.issuer for one in file.issuers}) != len(file.issuers):
            raise BadTrust(f"{path.name}: an issuer is named twice")
        verifiers = [_anchors(path.parent, one.anchors) for one in file.verifiers]
        return Trust(
            issuers=tuple(_issuer(path.parent, one) for one in file.issuers),
            verifier_anchors=trust_anchors([cert for one in verifiers for cert in one.certificates]),
        )
    except (OSError, EncodingError, ValidationError, CustodyError) as error:
        raise BadTrust(f"{path.name}: {type(error).__name__}") from error


def _issuer(folder: Path, one: _Issuer) -> TrustedCredentialIssuer:
    vcts = frozenset(_vct_of(one.vct_base.rstrip("/"), name) for name in one.types)
    return TrustedCredentialIssuer(one.issuer, _anchors(folder, one.anchors), vcts)


def _vct_of(vct_base: str, name: str) -> str:
    type_name, _, version = name.partition("/")
    return f"{vct_base}/{type_name}/{version or '1'}"


def _anchors(folder: Path, anchors: str) -> TrustAnchors:
    is_text = anchors.lstrip().startswith(_PEM)
    return load_anchors(anchors.encode() if is_text else (folder / anchors).read_bytes())
