"""A reply's body: one limit for what arrives and for what it becomes."""

import gzip
import tracemalloc
import zlib

import pytest

from trillium.runtime.bounded_body import BoundedBody
from trillium.runtime.outgoing_errors import BadReply, TooLarge

PACKED = gzip.compress(b"x" * 100, mtime=0)


def test_inflating_stops_at_the_limit() -> None:
    """E3, decompression bombs: bounded output, not only bounded input."""
    bomb = gzip.compress(b"\0" * 100_000_000)
    body = BoundedBody("gzip", len(bomb))
    tracemalloc.start()
    with pytest.raises(TooLarge, match="after decompression"):
        body.feed(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * len(bomb)


@pytest.mark.parametrize(
    "data",
    [b"not gzip", PACKED[:-5], PACKED + b"more", PACKED * 2],
)
def test_damaged_compression_is_a_bad_reply(data: bytes) -> None:
    body = BoundedBody("gzip", 1000)
    with pytest.raises(BadReply):
        _feed_all(body, data)


def _feed_all(body: BoundedBody, data: bytes) -> bytes:
    for start in range(0, len(data), 3):
        body.feed(data[start : start + 3])
    return body.whole()


def test_compressed_bodies_arrive_in_any_pieces() -> None:
    assert _feed_all(BoundedBody("gzip", 1000), gzip.compress(b"x" * 1000)) == b"x" * 1000
    assert _feed_all(BoundedBody("gzip", 1000), zlib.compress(b"y" * 1000)) == b"y" * 1000
