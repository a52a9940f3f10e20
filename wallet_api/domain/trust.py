"""Whom the wallet trusts: issuers for what they may issue, and authorities of verifiers.

Decided on the key that verified, never on a name in a message (2.12, 2.16). The mechanism is certificate
chains below configured anchors; an empty trust trusts nobody. One JSON file says it, or values do::

    {"issuers": [{"issuer": "https://issuer.example", "mechanism": "x5c", "anchors": "issuer.pem",
                  "types": ["photo-card"], "vct_base": "https://issuer.example/types"}],
     "verifiers": [{"anchors": "verifiers.pem"}]}
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from cryptography import x509
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specs.encoding import EncodingError, parse_json_object
from specs.jose import TrustAnchors, trust_anchors
from wallet_api.errors import BadTrust

MAX_TRUST_BYTES: Final = 256 * 1024
_VERSION: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_PEM: Final = "-----BEGIN"
_NOBODY: Final = TrustAnchors((), "none")


@dataclass(frozen=True, slots=True)
class TrustedCredentialIssuer:
    """One issuer, its anchors, and the types it may issue.

    ``issuer``: its identifier, which is also the ``iss`` of its credentials. ``vcts``: types as they are.
    ``type_addresses``: every version of these (``https://issuer.example/types/photo-card``).
    """

    issuer: str
    anchors: TrustAnchors
    vcts: frozenset[str] = frozenset()
    type_addresses: frozenset[str] = frozenset()

    def may_issue(self, vct: str) -> bool:
        """Whether a type is one of its own; what a type extends or is also known as plays no part (2.16)."""
        address, slash, version = vct.rpartition("/")
        is_version = bool(slash) and _VERSION.fullmatch(version) is not None
        return vct in self.vcts or (is_version and address in self.type_addresses)


@dataclass(frozen=True, slots=True)
class Trust:
    """All of it. ``verifier_anchors``: authorities whose certificates name verifiers."""

    issuers: tuple[TrustedCredentialIssuer, ...] = ()
    verifier_anchors: TrustAnchors = _NOBODY

    def issuer(self, identifier: str) -> TrustedCredentialIssuer | None:
        """The issuer with this identifier, compared as it is written."""
        return next((one for one in self.issuers if one.issuer == identifier), None)

    def certificates(self) -> Iterable[x509.Certificate]:
        """Every anchor."""
        for issuer in self.issuers:
            yield from issuer.anchors.certificates
        yield from self.verifier_anchors.certificates


class _Member(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Issuer(_Member):
    issuer: Annotated[str, Field(min_length=1, max_length=2048)]
    mechanism: Literal["x5c"]
    anchors: Annotated[str, Field(min_length=1)]
    types: Annotated[list[Annotated[str, Field(min_length=1, max_length=2048)]], Field(min_length=1)]
    vct_base: str | None = None


class _Verifier(_Member):
    anchors: Annotated[str, Field(min_length=1)]


class _TrustFile(_Member):
    issuers: list[_Issuer] = []
    verifiers: list[_Verifier] = []


def parse_trust(data: bytes, *, read_anchors: Callable[[str], bytes]) -> Trust:
    """The trust in a file. ``read_anchors``: the PEM file of a name that stands there in place of the text.

    Raises:
        BadTrust: malformed, an issuer named twice, or anchors that are no certificates.
    """
    try:
        file = _TrustFile.model_validate(parse_json_object(data, max_bytes=MAX_TRUST_BYTES))
    except (EncodingError, ValidationError) as error:
        raise BadTrust(type(error).__name__) from error
    if len({one.issuer for one in file.issuers}) != len(file.issuers):
        raise BadTrust("an issuer is named twice")
    verifiers = [cert for one in file.verifiers for cert in _certificates(one.anchors, read_anchors)]
    return Trust(
        issuers=tuple(_issuer(one, read_anchors) for one in file.issuers),
        verifier_anchors=trust_anchors(verifiers),
    )


def _issuer(one: _Issuer, read_anchors: Callable[[str], bytes]) -> TrustedCredentialIssuer:
    whole = frozenset(name for name in one.types if ":" in name)
    short = frozenset(one.types) - whole
    base = (one.vct_base or "").rstrip("/")
    if short and not base:
        raise BadTrust("short type names need vct_base")
    return TrustedCredentialIssuer(
        issuer=one.issuer,
        anchors=trust_anchors(_certificates(one.anchors, read_anchors)),
        vcts=whole,
        type_addresses=frozenset(f"{base}/{name}" for name in short),
    )


def _certificates(anchors: str, read_anchors: Callable[[str], bytes]) -> list[x509.Certificate]:
    pem = anchors.encode() if anchors.lstrip().startswith(_PEM) else read_anchors(anchors)
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise BadTrust("anchors are not certificates in PEM") from error
