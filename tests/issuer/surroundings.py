"""What surrounds the issuer in tests: a clock set by hand, numbers that repeat, a register in memory."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from issuer.domain.business import Business, BusinessNumber, NewBusiness
from issuer.domain.event import SubjectRef
from issuer.domain.resident import Address, Language, NewResident, PutCounts, RegisterNumber, Resident, Sex
from issuer.domain.subject import Guardianship, Holding, SigningAuthority, Subject

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """``ports.Clock`` that moves only when it is told to."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def advance(self, **delta: float) -> None:
        self.moment += timedelta(**delta)


@dataclass
class RepeatableRandomness:
    """``ports.Randomness``: never the same bytes twice, and the same bytes in every run of a seed."""

    seed: str = ""
    calls: int = 0

    def token_bytes(self, count: int) -> bytes:
        self.calls += 1
        return hashlib.shake_256(f"{self.seed} {self.calls}".encode()).digest(count)


def resident(number: int = 1, **changes: Any) -> Resident:
    """An adult of Toronto with everything that a credential may ask for."""
    members: dict[str, Any] = {
        "register_number": RegisterNumber(f"ON-{number:07d}"),
        "family_name": "Tremblay",
        "given_name": "Maya",
        "birthdate": date(1994, 6, 14),
        "sex": Sex.FEMALE,
        "address": Address("118 Spadina Ave", "Toronto", "ON", "M5V 2K9", "CA"),
        "language": Language.ENGLISH,
        "personal_administrative_number": f"administrative-{number}",
    }
    return Resident(**(members | changes))


@dataclass
class RegisterInMemory:
    """``ports.SubjectDirectory`` and ``ports.Register``."""

    residents: dict[SubjectRef, Resident] = field(default_factory=dict)
    businesses: dict[SubjectRef, Business] = field(default_factory=dict)
    capacities: dict[SubjectRef, Subject] = field(default_factory=dict)
    """Children in a guardian's hands, people who act for a business."""

    async def get(self, subject_ref: SubjectRef) -> Resident | None:
        return self.residents.get(subject_ref)

    async def search(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Resident]]:
        return [pair for pair in self.residents.items() if text in pair[1].family_name][:limit]

    async def known(self) -> frozenset[RegisterNumber]:
        return frozenset(one.register_number for one in self.residents.values())

    async def put(self, residents: Sequence[NewResident]) -> PutCounts:
        self.residents.update({new.subject_ref: new.resident for new in residents})
        return PutCounts(len(residents), 0, 0)

    async def subject(self, subject_ref: SubjectRef) -> Subject | None:
        everybody: dict[SubjectRef, Subject] = {**self.businesses, **self.capacities}
        return await self.get(subject_ref) or everybody.get(subject_ref)

    async def holdings(self, subject_ref: SubjectRef) -> Sequence[Holding]:
        person = await self.get(subject_ref)
        if person is None:
            return []
        found = [Holding(subject_ref, person)]
        for ref, subject in self.capacities.items():
            if isinstance(subject, Guardianship) and subject.guardian == person:
                found.append(Holding(ref, subject))
            if isinstance(subject, SigningAuthority) and subject.person == person:
                businesses = self.businesses.items()
                found += [Holding(own, one) for own, one in businesses if one == subject.business]
                found.append(Holding(ref, subject))
        return found

    async def search_businesses(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Business]]:
        return [pair for pair in self.businesses.items() if text in pair[1].name][:limit]

    async def known_businesses(self) -> frozenset[BusinessNumber]:
        return frozenset(one.number for one in self.businesses.values())

    async def put_businesses(self, businesses: Sequence[NewBusiness]) -> PutCounts:
        self.businesses.update({new.subject_ref: new.business for new in businesses})
        return PutCounts(len(businesses), 0, 0)


class Interleaved:
    """A store whose every call gives way to other tasks before and after, as one over a network does.

    ``before``: run ahead of a method by name, for what another process does at exactly that moment.
    """

    def __init__(self, store: object, before: dict[str, Callable[[], Any]] | None = None) -> None:
        self._store = store
        self._before = before or {}

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            await asyncio.sleep(0)
            if name in self._before:
                await self._before.pop(name)()
            result = await method(*arguments, **named)
            await asyncio.sleep(0)
            return result

        return call
