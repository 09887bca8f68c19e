"""The programme as the outside sees it: what is on, where, for whom, and whether there is room. Nothing about anybody."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.directory import Entry
from app.domain.house import House
from app.domain.programme import Occasion, ends_at, starts_at
from app.screens.board import Show
from app.screens.shapes import Shape, Time, Words


class EventShape(Shape):
    """An event of the programme. `day`, `starts` and `ends` are the wall clock; the others the same in UTC."""

    code: str
    series: str | None
    title: Words
    text: Words
    day: str
    starts: str
    ends: str
    starts_at: Time
    ends_at: Time
    place: str
    host: str | None
    audience: list[str]
    children: bool
    languages: list[str]
    sign_up: bool
    capacity: int | None
    taken: int
    free: int | None
    waiting: int
    cancelled: bool
    remind_hours: int
    came: int | None


class EntryShape(Shape):
    """An entry of the directory."""

    code: str
    kind: str
    label: Words
    text: Words
    who: Words
    receives: str
    reach: str
    place: str
    audience: list[str]
    children: bool
    languages: list[str]
    retired: bool


class ProgrammeScreen(Shape):
    """What is coming, and whom one can turn to."""

    site: str
    at: Time
    timezone: str
    events: list[EventShape]
    organisations: list[EntryShape]


Counts = Mapping[str, Mapping[str, int]]


def show(
    house: House, at: datetime, occasions: Iterable[Occasion], counts: Counts, entries: Iterable[Entry]
) -> ProgrammeScreen:
    """The programme of a house."""
    return ProgrammeScreen(
        site=house.site,
        at=at,
        timezone=house.timezone,
        events=[event_shape(o, ZoneInfo(house.timezone), counts.get(o.code, {})) for o in occasions],
        organisations=[entry_shape(e) for e in entries],
    )


def event_shape(occasion: Occasion, zone: ZoneInfo, count: Mapping[str, int]) -> EventShape:
    """One event, with how full it is."""
    taken = count.get("in", 0)
    return EventShape(
        code=occasion.code,
        series=occasion.series,
        title=dict(occasion.title),
        text=dict(occasion.text),
        day=occasion.day.isoformat(),
        starts=f"{occasion.starts:%H:%M}",
        ends=f"{occasion.ends:%H:%M}",
        starts_at=starts_at(occasion, zone),
        ends_at=ends_at(occasion, zone),
        place=occasion.place,
        host=occasion.host,
        audience=sorted(occasion.audience),
        children=occasion.children,
        languages=list(occasion.languages),
        sign_up=occasion.sign_up,
        capacity=occasion.capacity,
        taken=taken,
        free=None if occasion.capacity is None else max(0, occasion.capacity - taken),
        waiting=count.get("waiting", 0),
        cancelled=occasion.cancelled,
        remind_hours=occasion.remind_hours,
        came=occasion.came,
    )


def entry_shape(entry: Entry) -> EntryShape:
    """One entry."""
    return EntryShape(
        code=entry.code,
        kind=entry.kind,
        label=dict(entry.label),
        text=dict(entry.text),
        who=dict(entry.who),
        receives=entry.receives,
        reach=entry.reach,
        place=entry.place,
        audience=sorted(entry.audience),
        children=entry.children,
        languages=list(entry.languages),
        retired=entry.retired,
    )


def todays_shows(occasions: Iterable[Occasion], house: House, at: datetime) -> list[Show]:
    """Today's events for the wall: those that are not over and not cancelled."""
    zone = ZoneInfo(house.timezone)
    today = at.astimezone(zone).date()
    return [
        Show(at=starts_at(o, zone), until=ends_at(o, zone), title=dict(o.title), place=o.place)
        for o in occasions
        if o.day == today and not o.cancelled and ends_at(o, zone) > at
    ]
