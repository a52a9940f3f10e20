"""Signed issuer metadata (OpenID4VCI 1.0 section 12.2.3), for wallets that ask for more than TLS."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from specs.encoding import EncodingError, create_json, to_numeric_date
from specs.jose.algorithms import Algorithm, Use
from specs.jose.errors import JoseError
from specs.jose.jwk import PublicJwk
from specs.jose.jws import SigningInput, UnverifiedJws, parse_jws, prepare_jws, verify_jws
from specs.jose.jwt import verify_times
from specs.openid4vci.issuer_metadata import (
    MAX_METADATA_BYTES,
    CredentialIssuerMetadata,
    create_issuer_metadata,
    read_issuer_metadata,
)
from specs.openid4vci.wallet_errors import InvalidSignedMetadata

# Without a 4: the name was registered with this spelling.
SIGNED_METADATA_TYPE: Final = "openidvci-issuer-metadata+jwt"
_MAX_LENGTH: Final = MAX_METADATA_BYTES * 4 // 3 + 65_536


def prepare_signed_issuer_metadata(
    metadata: CredentialIssuerMetadata,
    *,
    algorithm: Algorithm,
    certificate_chain: Sequence[str],
    issued_at: datetime,
    expires_at: datetime,
    insecure_allow_http: bool = False,
) -> SigningInput:
    """The bytes to sign; there is always an `exp`. `certificate_chain`: for `x5c`, leaf first, no anchor."""
    header = {"alg": algorithm, "typ": SIGNED_METADATA_TYPE, "x5c": list(certificate_chain)}
    claims: dict[str, Any] = {
        "sub": metadata.credential_issuer,
        "iat": to_numeric_date(issued_at),
        "exp": to_numeric_date(expires_at),
        **create_issuer_metadata(metadata, insecure_allow_http=insecure_allow_http),
    }
    return prepare_jws(header, create_json(claims))


def parse_signed_issuer_metadata(compact: str) -> UnverifiedJws:
    """Taken apart, for the wallet to find the key and decide whether to trust it. InvalidSignedMetadata."""
    try:
        return parse_jws(compact, max_bytes=_MAX_LENGTH)
    except (JoseError, EncodingError) as error:
        raise InvalidSignedMetadata(error.code) from error


def verify_signed_issuer_metadata(
    jws: UnverifiedJws,
    key: PublicJwk,
    *,
    credential_issuer: str,
    now: datetime,
    leeway: timedelta,
    insecure_allow_http: bool = False,
) -> CredentialIssuerMetadata:
    """The metadata, signed by `key`, which the wallet trusts for this issuer (it must, or reject).

    Raises InvalidSignedMetadata, or what parse_issuer_metadata raises.
    """
    try:
        claims = verify_jws(jws, key, use=Use.METADATA, typ=SIGNED_METADATA_TYPE).claims()
        verify_times(claims, now=now, leeway=leeway, require=("iat",))
    except (JoseError, EncodingError) as error:
        raise InvalidSignedMetadata(error.code) from error
    if claims.get("sub") != credential_issuer:
        raise InvalidSignedMetadata("sub")
    return read_issuer_metadata(
        claims, credential_issuer=credential_issuer, insecure_allow_http=insecure_allow_http
    )
