"""A client that costs little: requests made beforehand, several connections, one at a time on each."""

import asyncio
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"
_TIMEOUT = 240.0
_ACCEPTING = 0.1
_GOOD = frozenset({200, 201})


@dataclass(slots=True)
class Outcome:
    """What came back. `latencies` in seconds, in no order; `processor_seconds` are the server's.

    Of either nothing counts that came before the first request or after the last answer: how many
    connections are made for how many requests is the load's choice.
    """

    seconds: float = 0.0
    processor_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that this share of all requests stayed below."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


Flow: TypeAlias = Generator[bytes, bytes, None]
"""Requests that depend on each other: yields one, is sent the body of its answer, yields the next."""


def single(request: bytes) -> Flow:
    """One request, and that is all."""
    yield request


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one has come, then begins the next flow."""

    def __init__(self, flows: Iterator[Flow], outcome: Outcome, done: "asyncio.Future[None]") -> None:
        """Waits for `start`."""
        self._flows = flows
        self._outcome = outcome
        self._done = done
        self._received = b""
        self._began_at = 0.0
        self._flow: Flow = single(b"")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(_END)
        if head < 0:
            return
        length = _LENGTH.search(self._received, 0, head + 2)
        begin = head + len(_END)
        whole = begin + (int(length[1]) if length else 0)
        if len(self._received) >= whole:
            status, body = int(self._received[9:12]), self._received[begin:]
            self._received = b""
            self._outcome.statuses[status] += 1
            self._go_on(status, body)

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionError("the server closed the connection"))

    def start(self) -> None:
        """Begins the next flow, here and whenever one has ended."""
        flow = next(self._flows, None)
        if flow is None:
            self._done.set_result(None)
            return
        self._flow = flow
        request = next(flow)
        self._began_at = time.perf_counter()
        self._transport.write(request)

    def close(self) -> None:
        self._transport.close()

    def _go_on(self, status: int, body: bytes) -> None:
        try:
            if status not in _GOOD:
                raise StopIteration
            request = self._flow.send(body)
        except StopIteration:
            self._outcome.latencies.append(time.perf_counter() - self._began_at)
            self.start()
        else:
            self._transport.write(request)


def run_load(
    port: int, requests: Sequence[bytes], connections: int, processor: Callable[[], float]
) -> Outcome:
    """Sends every request once, as fast as the server answers. `processor`: the server's clock."""
    return run_flows(port, [single(request) for request in requests], connections, processor)


def run_flows(port: int, flows: Sequence[Flow], connections: int, processor: Callable[[], float]) -> Outcome:
    """Goes through every flow once. A latency is that of a whole flow."""
    return uvloop.run(_run(port, flows, connections, processor))


async def _run(port: int, flows: Sequence[Flow], connections: int, processor: Callable[[], float]) -> Outcome:
    loop, outcome, waiting = asyncio.get_running_loop(), Outcome(), iter(flows)
    ended = [loop.create_future() for _ in range(min(connections, len(flows)))]
    clients = [_Connection(waiting, outcome, done) for done in ended]
    # All are accepted before the first speaks: a loop at work accepts one in each of its turns.
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.sleep(_ACCEPTING)
    begin, used = time.perf_counter(), processor()
    for client in clients:
        client.start()
    async with asyncio.timeout(_TIMEOUT):
        await asyncio.gather(*ended)
    outcome.seconds, outcome.processor_seconds = time.perf_counter() - begin, processor() - used
    for client in clients:
        client.close()
    refused = sum(count for status, count in outcome.statuses.items() if status not in _GOOD)
    if refused:
        raise RuntimeError(f"{refused} of {len(flows)} requests were refused: {dict(outcome.statuses)}")
    return outcome


def post(path: str, content_type: str, body: bytes, headers: Sequence[str] = ()) -> bytes:
    """A request as it goes over the wire."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost:8000",
        "User-Agent: bench",
        "Accept: application/json",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + _END + body
