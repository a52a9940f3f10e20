"""Pages from values to columns and back; both SQL stores share it."""

from typing import Any

from trillium.runtime.rows import Row, from_column, to_column
from verifier.domain.presentation import RequestId
from verifier.domain.presentation_page import PresentationPage, Refusal, ReleaseWay


def page_columns(page: PresentationPage) -> tuple[Any, ...]:
    """In the order of ``PAGE_COLUMNS``."""
    return (
        page.request_id,
        page.page_hash,
        to_column(page.created_at),
        to_column(page.expires_at),
        page.session_hash,
        None if page.code_shown_at is None else to_column(page.code_shown_at),
        page.attempts_left,
        None if page.released_at is None else to_column(page.released_at),
        None if page.way is None else page.way.value,
        None if page.refusal is None else page.refusal.value,
    )


def page_from(row: Row) -> PresentationPage:
    """A page from a row."""
    session, shown, released = row["session_hash"], row["code_shown_at"], row["released_at"]
    return PresentationPage(
        request_id=RequestId(row["request_id"]),
        page_hash=bytes(row["page_hash"]),
        created_at=from_column(row["created_at"]),
        expires_at=from_column(row["expires_at"]),
        session_hash=None if session is None else bytes(session),
        code_shown_at=None if shown is None else from_column(shown),
        attempts_left=row["attempts_left"],
        released_at=None if released is None else from_column(released),
        way=None if row["way"] is None else ReleaseWay(row["way"]),
        refusal=None if row["refusal"] is None else Refusal(row["refusal"]),
    )
