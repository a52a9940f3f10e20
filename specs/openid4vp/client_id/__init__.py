"""Client identifiers and their prefixes (OpenID4VP 1.0 section 5.9): `x509_san_dns` and `x509_hash`.

The others are recognised and refused: `openid_federation`, `decentralized_identifier`, `redirect_uri`,
`verifier_attestation`; `origin` is never accepted.
"""

from specs.openid4vp.client_id.prefix import ClientId, Prefix, parse_client_id
from specs.openid4vp.client_id.verify import check_prefix, verify_client_id
from specs.openid4vp.client_id.x509_hash import create_x509_hash, verify_x509_hash
from specs.openid4vp.client_id.x509_san_dns import create_x509_san_dns, verify_x509_san_dns

__all__ = [
    "ClientId",
    "Prefix",
    "check_prefix",
    "create_x509_hash",
    "create_x509_san_dns",
    "parse_client_id",
    "verify_client_id",
    "verify_x509_hash",
    "verify_x509_san_dns",
]
