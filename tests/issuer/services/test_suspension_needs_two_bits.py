"""A suspension that a list cannot show is refused before anything is written (3.06)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from issuer.domain.event import Actor, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import IssuanceId, IssuanceSummary
from issuer.domain.status import StatusChange
from issuer.errors import StatusChangeRefused
from issuer.services.change_status import ChangeStatus

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CARD = IssuanceSummary(
    issuance_id=IssuanceId("card"),
    subject_ref=SubjectRef("subject"),
    configuration_id=ConfigurationId("photo-card"),
    copies=2,
    decoys=2,
    status=0,
    issued_at=NOW,
    expires_at=NOW,
)


@dataclass
class Written:
    """The stores and the clock in one; remembers the changes that reach the store."""

    changes: list[StatusChange]

    async def find_issuance(self, issuance_id: IssuanceId) -> IssuanceSummary:
        return CARD

    async def issuances_of(self, subject_ref: SubjectRef) -> list[IssuanceSummary]:
        return [CARD]

    async def change_status(
        self, issuance_ids: Any, change: StatusChange, decoys: Any, event: Any
    ) -> list[str]:
        self.changes.append(change)
        return ["entry"]

    def now(self) -> datetime:
        return NOW


@dataclass(frozen=True)
class Configuration:
    status_bits: int


def change_status(written: Written, bits: int | None) -> ChangeStatus:
    known = {} if bits is None else {"photo-card": Configuration(bits)}
    stores = cast("Any", written)
    return ChangeStatus(stores, stores, cast("Any", None), cast("Any", known), stores, "key")


@pytest.mark.parametrize("bits", [1, None], ids=["one-bit-lists", "type-no-longer-configured"])
async def test_3_06_a_suspension_without_room_for_it_is_refused(bits: int | None) -> None:
    written = Written([])
    service = change_status(written, bits)

    with pytest.raises(StatusChangeRefused):
        await service.of_card(CARD.issuance_id, StatusChange.SUSPEND, actor=Actor("a"), reason="r")
    with pytest.raises(StatusChangeRefused):
        await service.of_person(CARD.subject_ref, StatusChange.SUSPEND, actor=Actor("a"), reason="r")
    assert written.changes == []


@pytest.mark.parametrize(
    ("bits", "change"), [(1, StatusChange.REVOKE), (None, StatusChange.REVOKE), (2, StatusChange.SUSPEND)]
)
async def test_3_06_what_has_room_is_carried_out(bits: int | None, change: StatusChange) -> None:
    written = Written([])

    done = await change_status(written, bits).of_card(CARD.issuance_id, change, actor=Actor("a"), reason="r")

    assert done.changed_copies == 2
    assert written.changes == [change]
