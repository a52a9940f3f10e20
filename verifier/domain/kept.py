"""What an accepted presentation leaves behind: written in the transaction that ends it, or not at all."""

from typing import NamedTuple

from verifier.domain.evidence import KeptEvidence
from verifier.domain.receipt import KeptReceipt


class Kept(NamedTuple):
    """A receipt always; evidence where the preset declares it."""

    receipt: KeptReceipt
    evidence: KeptEvidence | None = None
