"""What an accepted presentation leaves behind: written in the transaction that ends it, or not at all."""

from dataclasses import dataclass

from verifier.domain.evidence import KeptEvidence
from verifier.domain.receipt import KeptReceipt


@dataclass(frozen=True, slots=True)
class Kept:
    """A receipt always; evidence where the preset declares it."""

    receipt: KeptReceipt
    evidence: KeptEvidence | None = None
