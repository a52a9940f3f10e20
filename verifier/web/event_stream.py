"""Server-sent events (HTML Living Standard section 9.2): states of a presentation as they change."""

from collections.abc import AsyncIterator
from typing import Final

import orjson
from starlette.responses import StreamingResponse

from verifier.domain.ends import Standing

MEDIA_TYPE: Final = "text/event-stream"
RECONNECT_AFTER: Final = 2000
"""Milliseconds."""
QUIET_LOOKS: Final = 15
"""After so many looks without news a comment is sent: nothing on the way must take the stream for dead."""

HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # proxies of one kind would hold events back
}


def create_event_stream(states: AsyncIterator[Standing | None]) -> StreamingResponse:
    """The response; it ends after the event of the end, and a client need not come back then."""
    return StreamingResponse(render_events(states), media_type=MEDIA_TYPE, headers=HEADERS)


async def render_events(states: AsyncIterator[Standing | None]) -> AsyncIterator[bytes]:
    """One event for each state: ``event: state``, ``data: {"state": …}``, when cancelled also ``reason``."""
    yield b"retry: %d\n\n" % RECONNECT_AFTER
    quiet = 0
    async for state in states:
        quiet = quiet + 1 if state is None else 0
        if state is not None:
            yield b"event: state\ndata: %b\n\n" % orjson.dumps(state.members)
        elif quiet % QUIET_LOOKS == 0:
            yield b": still open\n\n"
