"""The single `proof` of drafts before OpenID4VCI 1.0, turned into what 1.0 has: a list with one proof.

Widely used wallets still send it. Whether an issuer reads it is its own choice and ends here; behind this
border there is one form of request.
"""

from specs.openid4vci.credential_configuration import JWT_PROOF_TYPE
from specs.openid4vci.errors import MalformedProofs, UnsupportedProofType


def parse_draft_proof(value: object) -> tuple[str, tuple[str, ...]]:
    """Proof type and proofs of `{"proof_type": "jwt", "jwt": "…"}`; other types were not in wide use.

    Raises MalformedProofs, UnsupportedProofType. The type `openid4vci-proof+jwt` and all claims are the same
    as in 1.0, so nothing is weaker than with `proofs`.
    """
    if not isinstance(value, dict):
        raise MalformedProofs("proof is not an object")
    if value.get("proof_type") != JWT_PROOF_TYPE:
        raise UnsupportedProofType("proof of a draft")
    proof = value.get(JWT_PROOF_TYPE)
    if not isinstance(proof, str):
        raise MalformedProofs("proof without jwt")
    return JWT_PROOF_TYPE, (proof,)
