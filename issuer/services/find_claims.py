"""What the register says of whom a credential is about, as the claims of a credential type."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from issuer.domain.claims import claims_of
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import SubjectRef
from issuer.domain.register_claims import DOCUMENT_NUMBER_BYTES, IssuanceFacts
from issuer.errors import UnknownSubject
from issuer.ports import Randomness, SubjectDirectory
from specs.openid4vci.errors import CredentialRequestDenied


@dataclass(frozen=True, slots=True)
class FindClaims:
    """``today(now)``: the civil date in the province; ages are counted on it."""

    directory: SubjectDirectory
    randomness: Randomness
    today: Callable[[datetime], date]

    async def __call__(
        self, configuration: CredentialConfiguration, subject_ref: SubjectRef, now: datetime
    ) -> dict[str, object]:
        """The claims, asked for again at every issuance and kept nowhere.

        Raises CredentialRequestDenied when the register no longer has the subject, CredentialNotForSubject,
        ClaimsDoNotFit, and DirectoryUnavailable.
        """
        subject = await self.directory.subject(subject_ref)
        if subject is None:
            raise CredentialRequestDenied from UnknownSubject()
        entropy = self.randomness.token_bytes(DOCUMENT_NUMBER_BYTES)
        return claims_of(configuration, subject, IssuanceFacts(self.today(now), entropy))
