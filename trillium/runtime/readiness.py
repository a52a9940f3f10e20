"""``GET /readyz``: whether an application can do its work now, for load balancers and ``trillium doctor``.

Unlike ``/health`` it looks: at the database, keys, certificates and whatever else the application names. The
answer has stable codes and no sentences, so that strangers learn nothing that the documents do not say.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

import orjson
import structlog
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from trillium.runtime.openapi import Content, HotRoute

log: Final = structlog.get_logger()

READY_PATH: Final = "/readyz"
TIMEOUT: Final = 2.0
KEPT: Final = 1.0
"""Seconds for which an answer is given again: anybody may ask, and asking must cost nothing."""


class Level(StrEnum):
    """WARNING: work goes on, somebody should act. FAILED: no work is done."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. ``code`` is stable. ``about``: a purpose, type, file or setting; never a secret.

    ``text``: for the operator, what is wrong and what to do; strangers are not shown it.
    """

    check: str
    code: str
    level: Level
    about: str = ""
    text: str = ""


Check: TypeAlias = Callable[[], Awaitable[Iterable[Finding]]]
"""Gives what is worth telling; nothing when all is well. Raises when it could not look."""


class CheckAnswer(BaseModel):
    """One finding as it is told."""

    check: str
    code: str
    level: Level
    about: str = ""


class ReadinessAnswer(BaseModel):
    """The body of ``GET /readyz``."""

    status: Literal["ready", "not_ready"]
    checks: list[CheckAnswer]


class Readiness:
    """The checks of an application, by name; each within a time, the result kept for a second."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        timeout: float = TIMEOUT,
        kept: float = KEPT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._checks = dict(checks)
        self._timeout = timeout
        self._kept = kept
        self._clock = clock
        self._asking = asyncio.Lock()
        self._found: tuple[float, Sequence[Finding]] | None = None
        self._told: frozenset[tuple[str, str, str]] = frozenset()

    async def findings(self) -> Sequence[Finding]:
        """At least one for each check. Callers at once share one look."""
        async with self._asking:
            now = self._clock()
            if self._found is None or now - self._found[0] >= self._kept:
                looked = await asyncio.gather(*(self._look(*entry) for entry in self._checks.items()))
                found = [finding for findings in looked for finding in findings]
                self._found = (now, found)
                self._tell(found)
            return self._found[1]

    async def _look(self, name: str, check: Check) -> Sequence[Finding]:
        try:
            async with asyncio.timeout(self._timeout):
                found = list(await check())
        except TimeoutError:
            found = [Finding(name, "timed_out", Level.FAILED)]
        except Exception:  # whatever keeps a check from looking keeps the application from working
            found = [Finding(name, "unavailable", Level.FAILED)]
        return found or [Finding(name, "ok", Level.OK)]

    def _tell(self, found: Sequence[Finding]) -> None:
        """Once in the log when it changes, however often somebody asks."""
        bad = frozenset((one.check, one.code, one.about) for one in found if one.level is not Level.OK)
        if bad != self._told:
            self._told = bad
            log.warning("readiness_changed", outcome=status_of(found), reasons=sorted(map(":".join, bad)))


def status_of(found: Iterable[Finding]) -> Literal["ready", "not_ready"]:
    """Warnings keep nobody from working."""
    return "not_ready" if any(one.level is Level.FAILED for one in found) else "ready"


def readiness_route(readiness: Readiness) -> HotRoute:
    """The endpoint: 200 when ready, 503 otherwise, never kept by anybody."""

    async def respond(_request: Request) -> Response:
        found = await readiness.findings()
        status = status_of(found)
        checks = [
            {"check": one.check, "code": one.code, "level": one.level.value, "about": one.about}
            for one in found
        ]
        return Response(
            orjson.dumps({"status": status, "checks": checks}),
            200 if status == "ready" else 503,
            {"Cache-Control": "no-store"},
            "application/json",
        )

    told = "What was looked at, with a stable code each."
    return HotRoute(
        method="GET",
        path=READY_PATH,
        handler=respond,
        summary="Whether the application can do its work now",
        public=True,
        responses={
            200: Content(description=f"It can. {told}", model=ReadinessAnswer),
            503: Content(description=f"It cannot. {told}", model=ReadinessAnswer),
        },
        tags=["public"],
    )
