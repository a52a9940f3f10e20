"""Whom credentials may be about: the person who agrees, their child, a business that they sign for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from issuer.domain.claims import suits
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.domain.resident import Resident
from issuer.domain.subject import Subject, is_in_force, name_of
from issuer.errors import UnknownSubject
from issuer.ports import Clock, SubjectDirectory


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them, and what of the asked credentials it can be about; never nothing."""

    subject_ref: SubjectRef
    subject: Subject
    configuration_ids: tuple[ConfigurationId, ...]

    @property
    def is_self(self) -> bool:
        """Whether it is the person who chooses."""
        return isinstance(self.subject, Resident)


@dataclass(frozen=True, slots=True)
class Choices:
    """``name``: of the person who chooses. Both are the register's and kept nowhere."""

    name: str
    choices: tuple[Choice, ...]

    def of(self, subject_ref: str) -> Choice | None:
        """The choice with this reference; with an empty one, the person themselves or the only choice."""
        if not subject_ref:
            return next((one for one in self.choices if one.is_self or len(self.choices) == 1), None)
        return next((one for one in self.choices if one.subject_ref == subject_ref), None)


@dataclass(frozen=True, slots=True)
class ChooseSubject:
    """``today(now)``: the civil date in the province."""

    directory: SubjectDirectory
    configurations: Mapping[ConfigurationId, CredentialConfiguration]
    clock: Clock
    today: Callable[[datetime], date]

    async def __call__(self, person: SubjectRef | None, asked: Sequence[ConfigurationId]) -> Choices:
        """All choices of a signed-in person, themselves first.

        Raises UnknownSubject when the register has them no longer, and DirectoryUnavailable.
        """
        holdings = [] if person is None else await self.directory.holdings(person)
        if not holdings:
            raise UnknownSubject
        today = self.today(self.clock.now())
        # A type may have been stopped since the session began.
        known = [(one, self.configurations[one]) for one in asked if one in self.configurations]
        choices = []
        for holding in holdings:
            if is_in_force(holding.subject, today):
                fitting = tuple(one for one, type_ in known if suits(type_, holding.subject))
                if fitting:
                    choices.append(Choice(holding.subject_ref, holding.subject, fitting))
        return Choices(name_of(holdings[0].subject), tuple(choices))
