"""The one reading of time. Everything else is handed a moment."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the moment it is called, in UTC, to the millisecond, so that what is stored and what is said agree."""


def system_clock() -> datetime:
    """The time of this machine."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def shifted_clock(start: datetime, speed: float) -> Clock:
    """A clock that says `start` now and runs `speed` times as fast: for the demo and for tests."""
    began = time.monotonic()

    def now() -> datetime:
        passed = timedelta(milliseconds=int((time.monotonic() - began) * 1000 * speed))
        return start + passed

    return now
