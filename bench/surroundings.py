"""What both sides of a measurement over HTTP know: one resident, addresses, a register in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import issuer.settings
import verifier.settings
from issuer.app import Issuer, Outside, Stores, build_issuer, open_ring
from issuer.domain.business import Business, BusinessNumber, NewBusiness
from issuer.domain.event import SubjectRef
from issuer.domain.resident import Address, Language, NewResident, PutCounts, RegisterNumber, Resident, Sex
from issuer.domain.subject import Holding, Subject
from issuer.store.authorization_memory import MemoryAuthorizations
from issuer.store.deferred_memory import MemoryDeferred, MemoryNotifications
from issuer.store.memory import MemoryIssuerStore
from issuer.store.replay_memory import MemoryReplays
from trillium.runtime.clock import SystemClock
from trillium.runtime.randomness import SystemRandomness

BASE = "http://localhost:8000"
SUBJECT = SubjectRef("q3Zb7WmK0xVt5LrP9sYd2A")
RESIDENT = Resident(
    register_number=RegisterNumber("ON-1000003"),
    family_name="Tremblay-O'Connor",
    given_name="Maya Élise",
    birthdate=date(1994, 6, 14),
    sex=Sex.FEMALE,
    address=Address("Unit 4, 118 Spadina Ave", "Toronto", "ON", "M5V 2K9", "CA"),
    language=Language.ENGLISH,
    personal_administrative_number="mL5rS0qWc2xQb7tYd9uVfA",
)


@dataclass
class RegisterInMemory:
    """`SubjectDirectory` and `Register` of one process."""

    residents: dict[SubjectRef, Resident] = field(default_factory=lambda: {SUBJECT: RESIDENT})

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
        return self.residents.get(subject_ref)

    async def holdings(self, subject_ref: SubjectRef) -> Sequence[Holding]:
        return [Holding(ref, one) for ref, one in self.residents.items() if ref == subject_ref]

    async def search_businesses(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Business]]:
        return []

    async def known_businesses(self) -> frozenset[BusinessNumber]:
        return frozenset()

    async def put_businesses(self, businesses: Sequence[NewBusiness]) -> PutCounts:
        raise NotImplementedError("what is measured needs no business")


def issuer_settings(var_dir: Path, **changes: object) -> issuer.settings.Settings:
    """Keys below `var_dir`, so that client and server share them."""
    fields: dict[str, object] = {
        "public_url": f"{BASE}/issuer",
        "var_dir": var_dir,
        "rate_limits": False,  # the whole load comes from one address
        **changes,
    }
    return issuer.settings.Settings.model_validate(fields)


def verifier_settings(var_dir: Path) -> verifier.settings.Settings:
    """With a preset that lets a status list be a minute old, as in production."""
    fields = {
        "public_url": f"{BASE}/verifier",
        "var_dir": var_dir,
        "presets_dir": var_dir / "presets",
        "rate_limits": False,
    }
    return verifier.settings.Settings.model_validate(fields)


def issuer_without_database(var_dir: Path) -> Issuer:
    """Every service of the issuer over dictionaries."""
    settings, clock = issuer_settings(var_dir), SystemClock()
    store, register = MemoryIssuerStore(), RegisterInMemory()
    authorizations = MemoryAuthorizations(store)
    stores = Stores(
        store,
        store,
        store,
        MemoryReplays(),
        authorizations,
        authorizations,
        MemoryDeferred(store),
        MemoryNotifications(store),
    )
    outside = Outside(stores, register, register, clock, SystemRandomness())
    return build_issuer(settings, open_ring(settings, clock.now()), outside)
