"""Client identifiers and their prefixes (OpenID4VP 1.0 section 5.9).

`x509_san_dns` and `x509_hash` (signed), `redirect_uri` (never signed), and no prefix: registered beforehand
(signed). The others are recognised and refused: `openid_federation`, `decentralized_identifier`,
`verifier_attestation`; `origin` is never accepted.
"""

from specs.openid4vp.client_id.prefix import ClientId, Prefix, parse_client_id
from specs.openid4vp.client_id.redirect_uri import create_redirect_uri, verify_redirect_uri
from specs.openid4vp.client_id.registered import RegisteredClient, create_registered
from specs.openid4vp.client_id.verify import RequestSigner, check_prefix, find_signer, verify_client_id
from specs.openid4vp.client_id.x509_hash import create_x509_hash, verify_x509_hash
from specs.openid4vp.client_id.x509_san_dns import create_x509_san_dns, verify_x509_san_dns

__all__ = [
    "ClientId",
    "Prefix",
    "RegisteredClient",
    "RequestSigner",
    "check_prefix",
    "create_redirect_uri",
    "create_registered",
    "create_x509_hash",
    "create_x509_san_dns",
    "find_signer",
    "parse_client_id",
    "verify_client_id",
    "verify_redirect_uri",
    "verify_x509_hash",
    "verify_x509_san_dns",
]
