"""The programme: the house's events of a year. An event is kept as its wall clock says; UTC is worked out when asked.

In code an event of the programme is an occasion, because events are what the log holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import Refusal, Refused
from app.domain.house import Text

EVERY = ("week", "fortnight", "month")
MOST_IN_SERIES = 60


@dataclass(frozen=True, slots=True)
class Occasion:
    """One event on one local date. `ends` not after `starts` means the night after."""

    code: str
    title: Text
    day: date
    starts: time
    ends: time
    place: str
    text: Text = field(default_factory=dict)
    series: str | None = None
    host: str | None = None  # an entry of the directory
    audience: frozenset[str] = frozenset()  # pathways it is made for; empty: everybody
    children: bool = False
    languages: tuple[str, ...] = ()
    sign_up: bool = True  # false: just come
    capacity: int | None = None  # persons; None: no limit
    remind_hours: int = 24
    cancelled: bool = False
    came: int | None = None  # how many came, counted at the door


@dataclass(frozen=True, slots=True)
class Repeat:
    """How often an event comes again, counted with the first; dates in `skip` are left out."""

    every: str
    times: int
    skip: frozenset[date] = frozenset()


def starts_at(occasion: Occasion, zone: ZoneInfo) -> datetime:
    """When it begins, in UTC: of an hour that the autumn night has twice, the first."""
    return datetime.combine(occasion.day, occasion.starts, zone).astimezone(UTC)


def ends_at(occasion: Occasion, zone: ZoneInfo) -> datetime:
    """When it ends, in UTC, by the same rule."""
    over_night = occasion.ends <= occasion.starts
    return datetime.combine(occasion.day + timedelta(days=over_night), occasion.ends, zone).astimezone(UTC)


def require_real_times(occasion: Occasion, zone: ZoneInfo) -> None:
    """Refuse an event that begins or ends in the hour that the spring night skips: nobody could come to it."""
    for wall, at in (
        (datetime.combine(occasion.day, occasion.starts), starts_at(occasion, zone)),
        (datetime.combine(_last_day(occasion), occasion.ends), ends_at(occasion, zone)),
    ):
        if at.astimezone(zone).replace(tzinfo=None) != wall:
            raise Refused(Refusal.NO_SUCH_TIME, time=f"{wall:%H:%M}", day=wall.date().isoformat())


def _last_day(occasion: Occasion) -> date:
    return occasion.day + timedelta(days=occasion.ends <= occasion.starts)


def days_of(first: date, repeat: Repeat) -> Iterator[date]:
    """The dates of a series; a monthly one keeps to the same weekday of the month, such as the second Wednesday."""
    for n in range(repeat.times):
        day = first + timedelta(weeks=n * (2 if repeat.every == "fortnight" else 1))
        if repeat.every == "month":
            day = _same_weekday(first, n)
        if day not in repeat.skip:
            yield day


def _same_weekday(first: date, months: int) -> date:
    """The n-th such weekday of a later month; the last one, where a month has no fifth."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    begins = date(year, month + 1, 1)
    day = begins + timedelta(days=(first.weekday() - begins.weekday()) % 7, weeks=(first.day - 1) // 7)
    return day if day.month == begins.month else day - timedelta(weeks=1)


def series_of(first: Occasion, repeat: Repeat) -> tuple[Occasion, ...]:
    """The events of a series, each with a code of its own: what happens to one does not happen to the others."""
    return tuple(
        replace(first, code=code_on(first.code, day), day=day, series=first.code) for day in days_of(first.day, repeat)
    )


def code_on(code: str, day: date) -> str:
    """The code of the event of a series on this date."""
    return f"{code}-{day:%Y%m%d}"


def merged(file: Mapping[str, Occasion], changed: Mapping[str, Occasion]) -> dict[str, Occasion]:
    """The programme as it stands, by time: the house file's events, each replaced by what staff made of it."""
    every = {**file, **changed}
    return dict(sorted(every.items(), key=lambda item: (item[1].day, item[1].starts, item[0])))


def coming(programme: Mapping[str, Occasion], zone: ZoneInfo, at: datetime) -> tuple[Occasion, ...]:
    """What is not over yet, cancelled or not, by time."""
    return tuple(occasion for occasion in programme.values() if ends_at(occasion, zone) > at)
