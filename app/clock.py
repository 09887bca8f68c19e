"""The one reading of time. Everything else is handed a moment."""

import threading
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


HELD = timedelta(minutes=90)
"""How far a clock may be put back before it is believed: what a wrong hour or a wrong time zone's summer time makes."""


def never_back(clock: Clock) -> Clock:
    """The same clock, that stands still where the machine's is put back by up to 90 minutes, until that has caught up.

    Who came later must not be said to have come earlier. Put back by more, it was wrong before: then it is believed.
    """
    lock, last = threading.Lock(), datetime(1970, 1, 1, tzinfo=UTC)

    def now() -> datetime:
        nonlocal last
        with lock:
            said = clock()
            if not last - HELD <= said < last:
                last = said
            return last

    return now
