"""The one place that draws random numbers for the applications' ports."""

import os


class SystemRandomness:
    """The operating system's generator, as the applications' randomness ports want it."""

    def token_bytes(self, count: int) -> bytes:
        """`count` bytes."""
        return os.urandom(count)
