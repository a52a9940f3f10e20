"""The one place that reads the time."""

from datetime import UTC, datetime


class SystemClock:
    """The computer's clock, as the applications' clock ports want it."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)
