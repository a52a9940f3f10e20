"""A wallet that waits for a card, for the tests of deferred issuance."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from issuer.domain.records import StatusEntry
from issuer.services.authorize_request import Grant
from issuer.services.defer_credential import PromisedCredentials
from issuer.services.issue_deferred import FetchedCredentials, IssueDeferred
from specs.encoding import create_json
from specs.openid4vci import DeferredCredentialRequest, parse_credential_request
from specs.sd_jwt_vc import VerifiedCredential
from tests.issuer.deferred_types import DEFERRED, types_with
from tests.issuer.services.issuer_in_memory import CLERK, MAYA, PHOTO_CARD, IssuerInMemory
from tests.issuer.wallet import holder_key, request_body

GRANT = Grant(MAYA, frozenset({PHOTO_CARD}), "wallet-7", "thumbprint")


@dataclass
class Waiting:
    """An issuer, and what Maya's wallet holds of it."""

    issuer: IssuerInMemory

    @property
    def service(self) -> IssueDeferred:
        return self.issuer.issuer.issuing.deferred

    async def ask(self, copies: int = 2, *, grant: Grant = GRANT, nonce: str | None = None) -> str:
        """A credential request that is promised; the transaction_id."""
        issue = self.issuer.issuer.credentials
        proofs = self.issuer.prover.proofs(nonce or issue.nonces(), copies)
        promised = await issue(grant, parse_credential_request(create_json(request_body(proofs))))
        assert isinstance(promised, PromisedCredentials)
        return promised.transaction_id

    async def approve(self) -> None:
        decisions = self.issuer.issuer.issuing.decisions
        [*_, (newest, _)] = await decisions.waiting(MAYA)
        await decisions.approve(newest.deferral_id, actor=CLERK)

    async def fetch(
        self, transaction_id: str, *, grant: Grant = GRANT, service: IssueDeferred | None = None
    ) -> FetchedCredentials | PromisedCredentials:
        return await (service or self.service)(grant, DeferredCredentialRequest(transaction_id))

    async def fetched(self, transaction_id: str, service: IssueDeferred | None = None) -> Sequence[str]:
        """The credentials, fetched and confirmed."""
        found = await self.fetch(transaction_id, service=service)
        assert isinstance(found, FetchedCredentials)
        await self.service.confirm(found)
        return found.issued.credentials

    def read(self, texts: Sequence[str]) -> list[VerifiedCredential]:
        """Checked as a wallet does, each for its own key."""
        return [
            self.issuer.inspector.credential(text, holder_key(number)) for number, text in enumerate(texts)
        ]

    async def entries(self) -> list[StatusEntry]:
        """Every place in a status list that was ever taken for a copy."""
        return sorted(self.issuer.store._copies, key=lambda entry: (entry.list_id, entry.index))


def waiting_in(folder: Path) -> Waiting:
    """An issuer where photo cards wait for a decision."""
    types = types_with(folder, photo_card=DEFERRED)
    return Waiting(IssuerInMemory(settings={"credential_types_dir": types}))
