"""What takes an issuer out of service, and what does not."""

from typing import Any

from issuer.app.readiness import build_readiness
from issuer.domain.event import SubjectRef
from issuer.errors import DirectoryUnavailable
from issuer.store.memory import MemoryIssuerStore
from tests.issuer.services.issuer_in_memory import IssuerInMemory
from tests.issuer.surroundings import RegisterInMemory
from trillium.runtime.database import DatabaseUnavailable
from trillium.runtime.readiness import Finding, Level, status_of


class StoreGone(MemoryIssuerStore):
    """Its database has stopped answering."""

    async def find_issuance(self, issuance_id: object) -> Any:
        raise DatabaseUnavailable("no route to host")


class MinistryAway(RegisterInMemory):
    """Nobody answers there."""

    async def get(self, subject_ref: SubjectRef) -> Any:
        raise DirectoryUnavailable


async def findings(issuer: IssuerInMemory) -> dict[str, Finding]:
    found = await build_readiness(issuer.issuer).findings()
    return {one.check: one for one in found if one.level is not Level.OK}


async def test_an_issuer_that_has_all_it_needs_is_ready() -> None:
    assert await findings(IssuerInMemory()) == {}


async def test_without_its_database_it_is_not_ready() -> None:
    found = await findings(IssuerInMemory(store=StoreGone()))
    assert found == {"database": Finding("database", "unavailable", Level.FAILED)}
    assert status_of(found.values()) == "not_ready"


async def test_without_the_register_it_still_serves_status_lists() -> None:
    found = await findings(IssuerInMemory(register=MinistryAway()))
    assert (found["register"].code, found["register"].level) == ("unavailable", Level.WARNING)
    assert status_of(found.values()) == "ready"
