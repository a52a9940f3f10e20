"""A reply's body, with one limit for what arrives and for what it decompresses to."""

import zlib

from trillium.runtime.outgoing_errors import BadReply, TooLarge

_GZIP_OR_ZLIB = 47  # zlib's way of saying: the largest window, and recognise either header


class BoundedBody:
    """Feed it the chunks of the wire, then ask for the whole. Raises TooLarge, BadReply."""

    def __init__(self, content_encoding: str, max_bytes: int) -> None:
        encoding = content_encoding.strip().lower()
        if encoding not in ("", "identity", "gzip"):
            raise BadReply("a content encoding that was not asked for")
        self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB) if encoding == "gzip" else None
        self._max_bytes = max_bytes
        self._arrived = 0
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> None:
        """Take what has arrived; decompress no further than the limit."""
        self._arrived += len(chunk)
        if self._arrived > self._max_bytes:
            raise TooLarge(f"more than {self._max_bytes} bytes")
        if self._inflate is not None:
            try:
                # One byte over the limit is enough to know.
                chunk = self._inflate.decompress(chunk, self._max_bytes - self._size + 1)
            except zlib.error as error:
                raise BadReply("the compressed body is damaged") from error
        self._size += len(chunk)
        if self._size > self._max_bytes:
            raise TooLarge(f"more than {self._max_bytes} bytes after decompression")
        self._parts.append(chunk)

    def whole(self) -> bytes:
        """All of it, once the reply has ended."""
        if self._inflate is not None and (not self._inflate.eof or self._inflate.unused_data):
            raise BadReply("the compressed body is incomplete or followed by something else")
        return b"".join(self._parts)
