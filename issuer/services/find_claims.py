"""What the register says of whom a credential is about, as the claims of a credential type."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from issuer.domain.claims import claims_of, suits
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import SubjectRef
from issuer.domain.register_claims import DOCUMENT_NUMBER_BYTES, IssuanceFacts
from issuer.domain.subject import Subject, is_in_force
from issuer.errors import CredentialNotForSubject, UnknownSubject
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
        if not suits(configuration, subject):
            subject = await self._held_by(subject_ref, configuration, now)
        entropy = self.randomness.token_bytes(DOCUMENT_NUMBER_BYTES)
        return claims_of(configuration, subject, IssuanceFacts(self.today(now), entropy))

    async def _held_by(
        self, subject_ref: SubjectRef, configuration: CredentialConfiguration, now: datetime
    ) -> Subject:
        """What a person who signed in holds that the type is about, such as their one business.

        Where there are several, nothing is guessed: the back office offers for the one that is meant.
        """
        today = self.today(now)
        found = [
            one.subject
            for one in await self.directory.holdings(subject_ref)
            if suits(configuration, one.subject) and is_in_force(one.subject, today)
        ]
        if len(found) != 1:
            raise CredentialNotForSubject(f"{configuration.id}: {len(found)} holdings fit")
        return found[0]
