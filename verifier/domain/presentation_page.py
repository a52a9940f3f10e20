"""The page of a presentation: the one browser it belongs to, and when that browser's result is released.

OpenID4VP section 14.3 (5.29): a result is for the browser that began the request and for no other. That
browser shows itself by coming back with the response code (same device), by the characters that a person
carries over by hand (another device, requirement 5.32), or by having asked its own wallet itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from verifier.domain.presentation import CrossDevice, Presentation, PresentationState, Release, RequestId
from verifier.domain.reasons import kinds_of
from verifier.domain.verdict import ClerkOutcome, outcome_of

CODE_ATTEMPTS: Final = 3
CODE_LIFETIME: Final = timedelta(minutes=2)
"""From the moment the other device shows the characters."""
RETURN_LIFETIME: Final = timedelta(minutes=5)
"""From the wallet's answer to the use of its response code."""
PAGE_MEMORY: Final = timedelta(minutes=15)
"""How long after the request's end a page still says what became of it."""


class ReleaseWay(StrEnum):
    """How the browser has shown itself."""

    SAME_DEVICE = "same_device"
    CODE = "code"
    OPEN = "open"
    BROWSER_API = "browser_api"


class Refusal(StrEnum):
    """Why a result is never released."""

    OTHER_BROWSER = "other_browser"
    """The answer came back elsewhere, and no other device was allowed."""
    GUESSED = "guessed"
    """Wrong characters, too often."""


class PageState(StrEnum):
    """What a page says; one word, also for its script."""

    REQUESTED = "requested"
    RETRIEVED = "retrieved"
    ANSWERED = "answered"
    """A wallet has answered; the browser has not shown itself yet."""
    CODE = "code"
    """Another device shows the characters; they are to be typed here."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDETERMINED = "undetermined"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"

    @property
    def is_waiting(self) -> bool:
        """Something may still happen."""
        return self in _WAITING


_WAITING: Final = frozenset({PageState.REQUESTED, PageState.RETRIEVED, PageState.ANSWERED, PageState.CODE})


@dataclass(frozen=True, slots=True)
class PresentationPage:
    """What is kept of a page: hashes, times and a counter."""

    request_id: RequestId
    page_hash: bytes
    created_at: datetime
    expires_at: datetime
    """After this it is forgotten."""
    session_hash: bytes | None = None
    """Of the first browser that came; ``None`` before."""
    code_shown_at: datetime | None = None
    attempts_left: int = CODE_ATTEMPTS
    released_at: datetime | None = None
    way: ReleaseWay | None = None
    refusal: Refusal | None = None

    def is_code_open(self, now: datetime) -> bool:
        """Characters may be typed."""
        return (
            self.code_shown_at is not None
            and now < self.code_shown_at + CODE_LIFETIME
            and self.attempts_left > 0
            and self.released_at is None
            and self.refusal is None
        )


def needs_release(presentation: Presentation) -> bool:
    """Whether the end of a presentation says something that only one browser may learn.

    A person's refusal and a request that ran out say nothing. A wallet whose answer was not genuine is not
    told of its response code (decisions.md, Verdicts), so nobody could come back; it tells only that.
    """
    if presentation.release is not Release.BROWSER:
        return False
    if presentation.state is PresentationState.REJECTED:
        return outcome_of(kinds_of(presentation.reasons)) is not ClerkOutcome.NOT_GENUINE
    return presentation.state in (PresentationState.ACCEPTED, PresentationState.UNDETERMINED)


def needs_return_code(presentation: Presentation) -> bool:
    """Whether the relying service has to show that the visitor came back to it, before it gets the result.

    The page knows which browser it belongs to, and only the service knows whether that one is its visitor's.
    Without a return address nobody comes back; then the service answers for that itself.
    """
    return presentation.return_url is not None and needs_release(presentation)


def is_return_open(presentation: Presentation, now: datetime) -> bool:
    """The response code may still be used."""
    concluded = presentation.concluded_at
    return concluded is not None and now < concluded + RETURN_LIFETIME


def state_of_page(page: PresentationPage, presentation: Presentation, now: datetime) -> PageState:
    """What the page says at ``now``."""
    state = presentation.state_at(now)
    if not needs_release(presentation) or page.released_at is not None:
        return PageState(state.value)
    if page.refusal is not None:
        return PageState.REFUSED
    if page.code_shown_at is not None:
        return PageState.CODE if page.is_code_open(now) else PageState.TIMED_OUT
    return PageState.ANSWERED if is_return_open(presentation, now) else PageState.TIMED_OUT


def is_open_release(page: PresentationPage, presentation: Presentation) -> bool:
    """The waiting browser gets the result without showing anything: the preset says so (docs/threats.md)."""
    return (
        presentation.cross_device is CrossDevice.OPEN
        and page.session_hash is not None
        and page.refusal is None
        and needs_release(presentation)
    )
