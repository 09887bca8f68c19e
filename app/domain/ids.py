"""Names of things, and moments as text. An id is made from what it names, so that replaying a day makes the same ones."""

from datetime import UTC, date, datetime
from functools import lru_cache


def visit_id(day: date, number: int) -> str:
    """The id of the visit with this number on this date. It opens nothing: a link's token does."""
    return f"{day:%Y%m%d}-{number}"


def stop_id(visit: str, place: int) -> str:
    """The id of the `place`-th stop ever added to a visit, counted from 1."""
    return f"{visit}.{place}"


def call_id(stop: str, calls: int) -> str:
    """The id of a call; a recall is a new one, so that a display chimes once for each."""
    return f"{stop}.{calls}"


@lru_cache(maxsize=4096)
def iso(at: datetime) -> str:
    """RFC 3339 in UTC with Z. Remembered: a stop's moments are written anew with each of its moves."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def iso_or_none(at: datetime | None) -> str | None:
    """The same, for what may be missing."""
    return None if at is None else iso(at)


def moment(text: str) -> datetime:
    """The moment that `iso` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def moment_or_none(text: str | None) -> datetime | None:
    """The same, for what may be missing."""
    return None if text is None else moment(text)
