"""A verifier's response key and a wallet's ephemeral one, for the tests of this folder."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from specs.jose import Encryption, UnverifiedJwe, create_jwe, public_jwk_of
from specs.openid4vp import (
    ResponseEncryption,
    VpErrorResponse,
    VpTokenResponse,
    create_client_metadata,
    decrypt_response,
    parse_direct_post_jwt,
)
from tests.specs.openid4vp.material import FORMATS

KEY_ID = "response-1"
RESPONSE_KEY = ec.derive_private_key(0xA11CE, ec.SECP256R1())
RESPONSE_JWK = public_jwk_of(RESPONSE_KEY.public_key(), kid=KEY_ID)
EPHEMERAL = ec.derive_private_key(0xB0B, ec.SECP256R1())
IV = bytes(range(12))
ENCRYPTED_METADATA = create_client_metadata(FORMATS, jwks=[RESPONSE_JWK])
STRONG = ResponseEncryption(RESPONSE_JWK, Encryption.A256GCM)


def agree(jwe: UnverifiedJwe, key: ec.EllipticCurvePrivateKey = RESPONSE_KEY) -> bytes:
    """The shared secret, as the owner of the response key has it."""
    theirs = jwe.epk.key
    assert isinstance(theirs, ec.EllipticCurvePublicKey)
    return key.exchange(ec.ECDH(), theirs)


def opened(fields: list[tuple[str, str]]) -> VpTokenResponse | VpErrorResponse:
    """What a verifier reads in a posted form."""
    jwe = parse_direct_post_jwt(fields)
    assert isinstance(jwe, UnverifiedJwe)
    return decrypt_response(jwe, agree(jwe), key_id=KEY_ID)


def sealed(payload: bytes, **changes: Any) -> list[tuple[str, str]]:
    """A form whose encrypted part has any payload."""
    arguments: dict[str, Any] = {
        "recipient": RESPONSE_JWK,
        "encryption": Encryption.A256GCM,
        "ephemeral": EPHEMERAL,
        "iv": IV,
    } | changes
    return [("response", create_jwe(payload, **arguments))]
