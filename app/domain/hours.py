"""When doors and desks are open: the house's wall-clock hours become UTC intervals of one local date."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from app.domain.house import Authority, Desk, Hours, House

Interval: TypeAlias = tuple[datetime, datetime]
"""From, to (not included), both UTC."""

_YEAR = 366
MOST_DAYS = 1024
_OPEN: dict[tuple[int, str, date], tuple[House, tuple[Interval, ...]]] = {}
"""By the identity of a house, which never changes: every move asks, and zones and holidays take long to look up."""


def local_day(house: House, at: datetime) -> date:
    """The date on the house's wall at the moment `at`."""
    return at.astimezone(ZoneInfo(house.timezone)).date()


def open_intervals(house: House, authority_code: str, day: date) -> tuple[Interval, ...]:
    """When the authority is open on `day`, in order; special hours beat holidays and closing days."""
    key = id(house), authority_code, day
    known = _OPEN.get(key)
    if known is None or known[0] is not house:
        if len(_OPEN) >= MOST_DAYS:
            _OPEN.clear()
        spans = _intervals(house, _hours(house, house.authorities[authority_code], day), day)
        known = _OPEN[key] = house, spans
    return known[1]


def desk_intervals(house: House, desk_code: str, day: date) -> tuple[Interval, ...]:
    """When the desk should be staffed on `day`: its authority's hours without its breaks."""
    desk = house.desks[desk_code]
    if desk.only and day not in desk.only:
        return ()
    breaks = _intervals(house, desk.breaks, day)
    return tuple(part for span in open_intervals(house, desk.authority, day) for part in _without(span, breaks))


def service_intervals(house: House, service_code: str, day: date) -> tuple[Interval, ...]:
    """When at least one desk that serves the service should be staffed on `day`."""
    serving = [desk.code for desk in house.desks.values() if service_code in desk.services]
    return _joined(span for code in serving for span in desk_intervals(house, code, day))


def is_open(house: House, authority_code: str, at: datetime) -> bool:
    """Whether the authority is open at the moment `at`; at the very moment of closing it is not."""
    spans = open_intervals(house, authority_code, local_day(house, at))
    return any(opens <= at < closes for opens, closes in spans)


def opens_at(house: House, authority_code: str, at: datetime) -> datetime | None:
    """When the authority first opens on the local day of `at`, past or to come; None on a closed day."""
    spans = open_intervals(house, authority_code, local_day(house, at))
    return spans[0][0] if spans else None


def closes_at(house: House, authority_code: str, at: datetime) -> datetime | None:
    """When the authority closes for good on the local day of `at`, past or to come; None on a closed day."""
    spans = open_intervals(house, authority_code, local_day(house, at))
    return spans[-1][1] if spans else None


def whole_day(house: House, day: date) -> Interval | None:
    """From when the first authority opens to when the last closes on `day`; None on a day when none does."""
    spans = [span for code in house.authorities for span in open_intervals(house, code, day)]
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None


def next_open_day(house: House, authority_code: str, day: date) -> date | None:
    """The first day after `day` on which the authority opens; None if there is none within a year."""
    later = (day + timedelta(days=ahead) for ahead in range(1, _YEAR + 1))
    return next((found for found in later if open_intervals(house, authority_code, found)), None)


def staffed_desks(house: House, day: date) -> tuple[Desk, ...]:
    """The desks that the house file staffs on `day`, in its order."""
    return tuple(desk for desk in house.desks.values() if desk_intervals(house, desk.code, day))


def _hours(house: House, authority: Authority, day: date) -> tuple[Hours, ...]:
    if day in authority.special:
        return authority.special[day]
    if day in authority.closed or day in house.holiday_dates:
        return ()
    return authority.week[day.weekday()]


def _intervals(house: House, hours: Sequence[Hours], day: date) -> tuple[Interval, ...]:
    zone = ZoneInfo(house.timezone)
    # Of an hour that the autumn night has twice, hours begin in the first and end in the second; of the hour that
    # the spring night skips, nothing is left. So no door is said to be open longer than its wall clock shows.
    spans = ((_utc(day, span.opens, zone, 0), _utc(day, span.closes, zone, 1)) for span in hours)
    return tuple((opens, closes) for opens, closes in spans if opens < closes)


def _utc(day: date, wall: time, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, wall.replace(fold=fold), zone).astimezone(UTC)


def _without(span: Interval, breaks: Iterable[Interval]) -> Iterable[Interval]:
    begins, ends = span
    for leaves, returns in breaks:
        if begins < leaves < ends:
            yield begins, leaves
        if leaves < ends:
            begins = max(begins, returns)
    if begins < ends:
        yield begins, ends


def _joined(spans: Iterable[Interval]) -> tuple[Interval, ...]:
    found: list[Interval] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return tuple(found)
