"""What an accepted presentation leaves behind beside its result: a receipt, and evidence where declared.

Made before the presentation ends and written with its end: a response that comes second leaves nothing, and
one that is accepted is never without its receipt.
"""

from dataclasses import dataclass

from verifier.domain.kept import Kept
from verifier.ports import RelyingServiceStore
from verifier.services.accepted import AcceptedResponse
from verifier.services.evidence import WriteEvidence
from verifier.services.receipts import WriteReceipts
from verifier.services.serve_request_object import require_enabled


@dataclass(frozen=True, slots=True)
class KeepAccepted:
    services: RelyingServiceStore
    write_receipt: WriteReceipts
    write_evidence: WriteEvidence

    async def __call__(self, accepted: AcceptedResponse) -> Kept:
        """Nothing counts until the presentation ends with it.

        Raises:
            RequestGone: the relying service was disabled meanwhile.
            EvidenceKeyMissing: what was announced to the person cannot be kept; it is not accepted then.
        """
        service = await require_enabled(self.services, accepted.presentation)
        receipt = await self.write_receipt(accepted, service)
        return Kept(receipt, await self.write_evidence(accepted, service))
