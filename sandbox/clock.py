"""The sandbox's clock: the real time, which a test may shift."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Gives the time all business rules use (expiry, dates); delays between retries use real time."""

    def __init__(self) -> None:
        self.offset_seconds = 0

    def now(self) -> datetime:
        """The shifted present, aware, in UTC, to the second."""
        return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=self.offset_seconds)

    def timestamp(self) -> float:
        """The shifted present in Unix seconds, with its fraction."""
        return time.time() + self.offset_seconds
