"""An issuer that offers encryption and a wallet that asks for it, for the tests of this folder."""

import os
from typing import Any

from specs.jose import Encryption, create_encryption_jwk, public_jwk_of
from specs.openid4vci import (
    CredentialIssuerMetadata,
    CredentialRequestEncryption,
    CredentialResponseEncryption,
    ResponseEncryption,
    create_response_encryption,
)
from tests.specs.jose.jwe_material import ephemeral, ours, recipient
from tests.specs.openid4vci.material import metadata

WALLET = ours(7)
ASKED = ResponseEncryption(public_jwk_of(WALLET.public_key(), kid="w1"), Encryption.A256GCM)
MEMBER = create_response_encryption(ASKED)
JWKS = {"keys": [create_encryption_jwk(recipient())]}
EVERY = tuple(one.value for one in Encryption)


def offered(
    *, requests: bool | None = False, responses: bool | None = False, enc: tuple[str, ...] = EVERY
) -> CredentialIssuerMetadata:
    """`requests`, `responses`: whether encryption is required; None: not offered at all."""
    return metadata(
        credential_request_encryption=None
        if requests is None
        else CredentialRequestEncryption(jwks=JWKS, enc_values_supported=enc, encryption_required=requests),
        credential_response_encryption=None
        if responses is None
        else CredentialResponseEncryption(
            alg_values_supported=("ECDH-ES",), enc_values_supported=enc, encryption_required=responses
        ),
    )


def fresh() -> dict[str, Any]:
    return {"ephemeral": ephemeral(), "iv": os.urandom(12)}
