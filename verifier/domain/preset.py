"""Presets: what a relying service may ask for (decisions.md: one word, *preset*). Read by preset_file.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from specs.dcql import DcqlQuery
from verifier.domain.policy import AllOf, Policy, StatusFresh
from verifier.domain.presentation import CrossDevice

LANGUAGES: Final = ("en-CA", "fr-CA")
MAX_ID: Final = 64
ID_FORM: Final = r"[a-z][a-z0-9-]*"
"""Of a preset's id, from its first character to its last: it stands in addresses and in tokens."""


NO_POLICY: Final = AllOf()


class SubjectMode(StrEnum):
    """What a relying service may recognise a person by (7.09)."""

    EPHEMERAL = "ephemeral"
    PER_PRESET = "per-preset"
    STABLE = "stable"


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long something is kept and what for; shown to the person before they agree."""

    days: int = 0
    purposes: Mapping[str, str] = field(default_factory=dict)
    """By language tag; empty when nothing is kept."""


NOTHING_KEPT: Final = Retention()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A preset, checked and ready to be asked."""

    id: str
    names: Mapping[str, str]
    purposes: Mapping[str, str]
    subject_mode: SubjectMode
    query: DcqlQuery
    status: StatusFresh
    policy: Policy = NO_POLICY
    """What must hold beside the query and the status; decided before any list is fetched."""
    needs: tuple[str, ...] = ()
    """What the registered purpose needs, in the words of needs.py."""
    retention: Retention = NOTHING_KEPT
    """What the relying service says it keeps of the claims; the verifier keeps none once they are fetched."""
    evidence: Retention | None = None
    """``None``: no evidence is made."""
    cross_device: CrossDevice = CrossDevice.CODE

    @property
    def recognizes(self) -> bool:
        """A service may know the person again by it; for signing in alone (domain/recognition.py)."""
        return self.subject_mode is not SubjectMode.EPHEMERAL

    @property
    def status_max_age(self) -> timedelta:
        """How old a status list may be when it decides."""
        return self.status.max_age
