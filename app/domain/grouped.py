"""A group arrival: an employer's newcomers of one day, each with a time of their own. No name is asked or kept."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import Refusal, Refused
from app.domain.hours import open_intervals
from app.domain.house import House

MOST_PERSONS = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many newcomers take the same pathway."""

    pathway: str
    persons: int


@dataclass(frozen=True, slots=True)
class Group:
    """What an employer asked for."""

    id: str
    label: str  # the employer's name: a company, never a person
    day: date
    starts: time
    every: int  # minutes from one time to the next
    at_once: int  # newcomers who share a time
    wanted: tuple[Wanted, ...]
    cancelled: bool = False

    @property
    def persons(self) -> int:
        """All newcomers of the group."""
        return sum(w.persons for w in self.wanted)


@dataclass(frozen=True, slots=True)
class Slot:
    """One newcomer's reserved time: a booking of the day it is on."""

    ref: str
    pathway: str
    service: str
    starts_at: datetime


def slots_of(group: Group, house: House) -> tuple[Slot, ...]:
    """A time for each newcomer, one pathway after the other; refuses unknown pathways and times when nobody is open."""
    if not 1 <= group.persons <= MOST_PERSONS:
        raise Refused(Refusal.GROUP_SIZE, most=MOST_PERSONS)
    each = [w.pathway for w in group.wanted for _ in range(w.persons)]
    return tuple(_slot(group, house, n, pathway) for n, pathway in enumerate(each))


def _slot(group: Group, house: House, n: int, pathway: str) -> Slot:
    if pathway not in house.pathways:
        raise Refused(Refusal.UNKNOWN_PATHWAY, pathway=pathway)
    stops = house.pathways[pathway].stops
    if not stops:
        raise Refused(Refusal.REFER_HOME)
    begins = datetime.combine(group.day, group.starts, ZoneInfo(house.timezone)).astimezone(UTC)
    at = begins + timedelta(minutes=group.every * (n // group.at_once))
    service = house.services[stops[0]]
    if not any(opens <= at < closes for opens, closes in open_intervals(house, service.authority, group.day)):
        raise Refused(Refusal.GROUP_OUTSIDE_HOURS, day=group.day.isoformat())
    return Slot(f"{group.id}-{n + 1:02}", pathway, service.code, at)
