"""JWT VC Issuer Metadata: the issuer's keys at `/.well-known/jwt-vc-issuer` (SD-JWT VC section 4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from specs.encoding import EncodingError, parse_json_object
from specs.errors import ProtocolError
from specs.jose.jwk import PublicJwk, parse_jwks
from specs.sd_jwt_vc.errors import InvalidIssuerIdentifier, InvalidIssuerMetadata, IssuerMetadataMismatch
from specs.well_known import InvalidIdentifier, inserted

WELL_KNOWN_NAME: Final = "jwt-vc-issuer"
MAX_ISSUER_METADATA_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class JwtVcIssuerMetadata:
    """Exactly one of `jwks` and `jwks_uri` is not None."""

    issuer: str
    jwks: tuple[PublicJwk, ...] | None = None
    jwks_uri: str | None = None


def issuer_metadata_url(iss: str, *, insecure_origins: Collection[str] = ()) -> str:
    """Where the metadata of an issuer is: inserted between host and path (section 4.1).

    One terminating slash is removed first. `insecure_origins`: origins (`http://localhost:8000`) for which
    plain http is accepted; only ever the deployment's own ones on a laptop. Raises InvalidIssuerIdentifier.
    """
    _check_https(iss, insecure_origins)
    try:
        return inserted(iss, WELL_KNOWN_NAME)
    except InvalidIdentifier as error:
        raise InvalidIssuerIdentifier from error


def parse_jwt_vc_issuer_metadata(
    data: bytes, iss: str, *, insecure_origins: Collection[str] = ()
) -> JwtVcIssuerMetadata:
    """The metadata in the octets of a successful response, for the `iss` of the credential at hand.

    Raises IssuerMetadataMismatch when it is another issuer's (section 4.3: compared as it is written), and
    InvalidIssuerMetadata for any other defect; nothing of the document may be used then.
    """
    try:
        document = parse_json_object(data, max_bytes=MAX_ISSUER_METADATA_BYTES)
    except EncodingError as error:
        raise InvalidIssuerMetadata(error.code) from error
    if not isinstance(document.get("issuer"), str):
        raise InvalidIssuerMetadata("issuer")
    if document["issuer"] != iss:
        raise IssuerMetadataMismatch
    # Section 4.2: either, never both; two sources would let an attacker choose the one that is checked less.
    if ("jwks" in document) == ("jwks_uri" in document):
        raise InvalidIssuerMetadata("not exactly one of jwks and jwks_uri")
    if "jwks" in document:
        return JwtVcIssuerMetadata(iss, jwks=_keys(document["jwks"]))
    return JwtVcIssuerMetadata(iss, jwks_uri=_link(document["jwks_uri"], insecure_origins))


def create_jwt_vc_issuer_metadata(issuer: str, jwks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The document to publish, with the public keys by value; every key should have a `kid` (section 4.2)."""
    return {"issuer": issuer, "jwks": {"keys": [dict(jwk) for jwk in jwks]}}


def _keys(value: object) -> tuple[PublicJwk, ...]:
    try:
        return tuple(parse_jwks(value))
    except ProtocolError as error:
        raise InvalidIssuerMetadata(error.code) from error


def _link(value: object, insecure_origins: Collection[str]) -> str:
    if not isinstance(value, str):
        raise InvalidIssuerMetadata("jwks_uri")
    try:
        _check_https(value, insecure_origins)
    except InvalidIssuerIdentifier as error:
        raise InvalidIssuerMetadata("jwks_uri") from error
    return value


def _check_https(url: str, insecure_origins: Collection[str]) -> None:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidIssuerIdentifier("not a URL") from error
    secure = parts.scheme == "https" or f"{parts.scheme}://{parts.netloc}" in insecure_origins
    if not secure or not parts.hostname or not url.isascii() or url != url.strip():
        raise InvalidIssuerIdentifier("not an HTTPS URL")
