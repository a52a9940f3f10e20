"""Step 7: the person agreed to what was asked to be agreed to, and to nothing else (5.09, B.3.3.1)."""

from collections.abc import Iterator, Sequence

from specs.openid4vp import TransactionData, verify_transaction_data_hashes
from specs.openid4vp.response_errors import WrongTransactionData
from specs.openid4vp.transaction_data import (
    DEFAULT_HASH,
    HASHES,
    HASHES_ALGORITHM,
    hash_transaction_data,
)
from verifier.domain import reasons
from verifier.domain.verdict import Reason
from verifier.services.verification.checked import Checked


def transaction_data_reasons(checked: Sequence[Checked], sent: Sequence[TransactionData]) -> Iterator[Reason]:
    """What speaks against the hashes in the key-binding JWTs.

    Each item names the credentials that may carry it, and the wallet uses one of them (section 5.1).
    """
    carried: set[str] = set()
    for one in checked:
        binding = one.credential.key_binding
        claims = {} if binding is None else binding.claims
        here = [item for item in sent if one.query_id in item.credential_ids and _carries(claims, item)]
        carried |= {item.encoded for item in here}
        try:
            verify_transaction_data_hashes(claims, here)
        except WrongTransactionData as error:
            yield Reason(reasons.NOT_AGREED, one.query_id, error.detail)
    if any(item.encoded not in carried for item in sent):
        yield Reason(reasons.NOT_AGREED, None, "an item without its hash")


def _carries(claims: object, item: TransactionData) -> bool:
    if not isinstance(claims, dict):
        return False
    found, algorithm = claims.get(HASHES), claims.get(HASHES_ALGORITHM, DEFAULT_HASH)
    try:
        return isinstance(found, list) and hash_transaction_data(item.encoded, algorithm) in found
    except (TypeError, ValueError):  # an algorithm that we do not have, or that is no text
        return False
