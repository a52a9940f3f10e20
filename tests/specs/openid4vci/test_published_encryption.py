"""What an issuer may announce about encryption (4.05): named public keys, and never half of it."""

from typing import Any

import pytest

from specs.encoding import create_json
from specs.jose import create_encryption_jwk
from specs.openid4vci import (
    CredentialRequestEncryption,
    CredentialResponseEncryption,
    create_issuer_metadata,
    parse_issuer_metadata,
)
from tests.specs.jose.jwe_material import recipient
from tests.specs.openid4vci.encrypting import EVERY, JWKS, offered
from tests.specs.openid4vci.material import ISSUER, metadata

KEY = JWKS["keys"][0]


def test_what_is_announced_is_what_a_wallet_reads_4_05() -> None:
    found = offered(requests=True, responses=True)
    body = create_issuer_metadata(found)
    assert body["credential_request_encryption"] == {
        "jwks": JWKS,
        "enc_values_supported": list(EVERY),
        "encryption_required": True,
    }
    assert body["credential_response_encryption"]["alg_values_supported"] == ["ECDH-ES"]
    assert "zip_values_supported" not in str(body)
    assert parse_issuer_metadata(create_json(body), credential_issuer=ISSUER) == found


def test_requests_alone_may_be_encrypted_and_answers_alone_may_not_4_40() -> None:
    assert create_issuer_metadata(offered(responses=None))
    with pytest.raises(ValueError, match="need encrypted requests"):
        create_issuer_metadata(offered(requests=None))


@pytest.mark.parametrize(
    "jwks",
    [
        pytest.param({}, id="no-set"),
        pytest.param({"keys": []}, id="no-keys"),
        pytest.param({"keys": [create_encryption_jwk(recipient(kid=None))]}, id="no-name"),
        pytest.param({"keys": [KEY, KEY]}, id="one-name-twice"),
        pytest.param({"keys": [{name: one for name, one in KEY.items() if name != "alg"}]}, id="no-alg"),
        pytest.param({"keys": [KEY | {"d": "AA"}]}, id="private"),
        pytest.param({"keys": [KEY | {"use": "sig"}]}, id="for-signatures"),
        pytest.param({"keys": [KEY, None]}, id="no-key"),
    ],
)
def test_a_set_that_wallets_cannot_use_is_not_announced_4_05(jwks: dict[str, Any]) -> None:
    encryption = CredentialRequestEncryption(jwks=jwks, enc_values_supported=EVERY, encryption_required=False)
    with pytest.raises(ValueError, match="encrypt requests to"):
        create_issuer_metadata(metadata(credential_request_encryption=encryption))


def test_what_others_announce_is_still_read() -> None:
    """The rules for us are not a filter for others: a wallet decides when it encrypts."""
    body = create_issuer_metadata(metadata()) | {
        "credential_response_encryption": CredentialResponseEncryption(
            alg_values_supported=("RSA-OAEP-256",), enc_values_supported=EVERY, encryption_required=False
        ).model_dump(mode="json", exclude_defaults=True)
    }
    assert parse_issuer_metadata(create_json(body), credential_issuer=ISSUER)
