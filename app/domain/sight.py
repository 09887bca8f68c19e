"""How the line sees a floor: the scene of a moment."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import inf
from zoneinfo import ZoneInfo

from app.domain import doors, hours
from app.domain.floor import DeskNow, DeskState, Floor, Learned
from app.domain.house import House
from app.domain.lengths import filed_minutes
from app.domain.pathway import missing_hard
from app.domain.remembered import KnownDesk, Made, Place, Placed, keep, parties_of, places_of
from app.domain.scene import END, Desk, Done, Errand, Expected, Newcomer, Party, Rate, Scene, Sitting, State, Window
from app.domain.slot import Slot, late_by, slot_of
from app.domain.stop import IN_HAND, Stop
from app.domain.stop import State as StopState
from app.domain.tally import Tally, tally_of
from app.domain.visit import Visit
from app.domain.visit import Window as Told

STAFFED_WITHIN = 20.0
"""A desk that nobody has opened this long after its authority's opening is not counted on."""

SHOWS_UP = 0.9
"""How likely a booking is to come."""

_rates: tuple[tuple[Learned | None, House, Mapping[str, float]], list[Rate]] | None = None


class Sight:
    """A floor at a moment, in minutes after local midnight."""

    def __init__(self, floor: Floor, house: House, at: datetime) -> None:
        self.floor, self.house = floor, house
        zone = ZoneInfo(house.timezone)
        self.midnight = datetime.combine(floor.day, datetime.min.time(), zone).timestamp()
        self.at, self.now = at, self.minutes(at)

    @cached_property
    def tally(self) -> Tally:
        """What has happened so far."""
        return tally_of(self.floor, self.house)

    @property
    def factors(self) -> Mapping[str, float]:
        """Service -> how much longer than filed it takes today."""
        return self.tally.factors

    def minutes(self, at: datetime) -> float:
        """A moment as minutes after local midnight."""
        return (at.timestamp() - self.midnight) / 60

    def moment(self, minutes: float) -> datetime:
        """Minutes after local midnight as a moment."""
        return datetime.fromtimestamp(self.midnight, UTC) + timedelta(minutes=round(minutes, 3))

    def scene(self) -> Scene:
        """All that the line, the promise and the planner look at."""
        return Scene(
            now=self.now,
            desks=tuple(self._desks()),
            parties=tuple(self._parties()),
            overhead=self.house.walk_minutes,
            grace=self.house.grace_minutes,
            outages={o.service: self._believed_end(o.expected_back) for o in self.floor.outages.values()},
            expected=tuple(self._expected()),
            rates=tuple(self._rates()),
            history=tuple(self._history()),
            overtaken=self.tally.passed,
            priority_every=self.house.priority_every,
        )

    def _believed_end(self, expected_back: datetime | None) -> float:
        return max(self.now + 1, self.minutes(expected_back)) if expected_back else self.now + 60

    def _desks(self) -> list[Desk]:
        """The desks to count on. Most are as they were at the last call: that is asked first, in the fewest steps."""
        placed, opened, at, found = places_of(self.house, self.floor.day, self.minutes), self.floor.desks, self.now, []
        for place in placed.places:
            now, known = opened.get(place.code), placed.desks.get(place.code)
            if known is not None and known[0] is now and known[1] <= at < known[2]:
                found.append(known[3])
            elif self._staffed(now, place):
                found.append(self._remembered_desk(placed, place, now))
        return found

    def _staffed(self, now: DeskNow | None, place: Place) -> bool:
        """Open or on a break; or still to be opened: early in the day, or while its authority has opened none at all."""
        if now is not None and (now.state is not DeskState.CLOSED or now.since is not None):
            return now.state is not DeskState.CLOSED
        return self.now < place.opens + STAFFED_WITHIN or place.authority not in self._begun

    @cached_property
    def _begun(self) -> set[str]:
        """The authorities that have opened a desk today."""
        return {self.house.desks[code].authority for code in self.floor.desks if code in self.house.desks}

    def _remembered_desk(self, placed: Placed, place: Place, now: DeskNow | None) -> Desk:
        """The desk; remembered while only a time to come would make it another: of a break of its own, or of nobody opening it."""
        desk = self._desk(place, now or self.floor.desk(place.code))
        if now is None or (now.stop is None and now.state is DeskState.OPEN):  # else: the clock, and whom it serves
            until = min((starts for starts, _ in desk.breaks), default=inf)
            until = until if now else min(until, place.opens + STAFFED_WITHIN)
            placed.desks[place.code] = KnownDesk(now, self.now, until, desk)
        return desk

    def _desk(self, place: Place, now: DeskNow) -> Desk:
        paused = now.state is DeskState.PAUSED
        believed_pause = self.minutes(now.until) if now.until else self.now + 15
        return Desk(
            code=place.code,
            services=place.services,
            opens=place.opens,
            closes=place.closes,
            idle=now.state is DeskState.OPEN and now.stop is None,
            breaks=tuple([b for b in place.breaks if b[0] > self.now and not paused]),
            until=max(self.now, believed_pause) if paused else None,
            sitting=self._sitting(now),
            calls_since_priority=now.since_priority,
        )

    def _sitting(self, now: DeskNow) -> Sitting | None:
        found = self.floor.in_hand(now.code)
        if found is None:
            return None
        visit, stop = found
        began = self.minutes(stop.since) if stop.state is StopState.SERVING else self.now + self.house.walk_minutes / 2
        planned = {e.key: e for e in self.remembered(visit).errands}
        errands = [planned.get(s) or self._errand_of(visit, s) for s in (stop.id, *now.sitting)]
        return Sitting(visit.id, tuple(errands), 0, began)

    def _errand_of(self, visit: Visit, stop: str) -> Errand:
        """A stop as an errand, though no desk would plan with it now."""
        return self.errand(visit, visit.stop(stop), self._before(visit)[stop])

    @cached_property
    def _memory(self) -> dict[str, Made]:
        return parties_of(self.house, self.factors)

    def _parties(self) -> list[Party]:
        """Whoever still needs something. Most are as they were at the last call: that is asked first, in the fewest steps."""
        memory, found = self._memory, []
        for key, visit in self.tally.active.items():
            made = memory.get(key)
            party = made[1] if made is not None and made[0] is visit else self.remembered(visit)
            if party.errands:
                found.append(party)
        return found

    def remembered(self, visit: Visit) -> Party:
        """The party of a visit, made anew only when the visit, or something else that it is made of, has changed."""
        made = self._memory.get(visit.id)
        if made is not None and made[0] is visit:
            return made[1]
        party = self.party(visit)
        # Who is away hangs on the clock, who has an appointment on bookings and desks.
        if visit.away_until is None and all(s.appointment is None for s in visit.stops):
            keep(self._memory, visit, party)
        return party

    def party(self, visit: Visit) -> Party:
        """A visit as a party of the scene: what it may still be called for, and what it was told."""
        away = visit.away_until is not None and self.minutes(visit.away_until) > self.now
        state = State.SERVING if visit.in_hand else State.ABSENT if away else State.WAITING
        first = self._before(visit)
        errands = tuple(self.errand(visit, s, first[s.id]) for s in self._plannable(visit, first))
        told = {e.key: self._told(visit.windows[e.key]) for e in errands if e.key in visit.windows}
        if visit.finish:
            told[END] = self._told(visit.finish)
        ended = [s.ended_at for s in visit.stops if s.ended_at is not None]
        return Party(
            key=visit.id,
            number=visit.number,
            since=self.minutes(visit.arrived_at),
            errands=errands,
            state=state,
            ready_at=self.minutes(visit.away_until) if away and visit.away_until else 0.0,
            free_since=self.minutes(max(ended, default=visit.arrived_at)),
            leave_by=self.minutes(visit.leave_by) if visit.leave_by else None,
            priority=visit.priority,
            told=told,
        )

    def _before(self, visit: Visit) -> dict[str, frozenset[str]]:
        """Stop -> the open stops of the visit that it still waits for."""
        found = {}
        for stop in visit.stops:
            services = doors.locked_by(visit, self.house, stop)
            found[stop.id] = frozenset(s.id for s in visit.open_stops if s.service in services and s.id != stop.id)
        return found

    def _plannable(self, visit: Visit, first: Mapping[str, frozenset[str]]) -> list[Stop]:
        """The stops that desks plan with; one behind a stop that no desk plans with (missed, held, without its papers) is none."""
        found = [s for s in visit.stops if self._counts(visit, s)]
        while True:
            keys = {s.id for s in found}
            kept = [s for s in found if first[s.id] <= keys]
            if len(kept) == len(found):
                return found
            found = kept

    def _counts(self, visit: Visit, stop: Stop) -> bool:
        """Waiting, locked or in hand, and no hard paper missing: only then does a desk plan with it."""
        if stop.service not in self.house.services:
            return False
        if stop.state in IN_HAND:
            return True
        if stop.state not in (StopState.WAITING, StopState.LOCKED):
            return False
        return not missing_hard(self.house, visit.pathway, stop.service, visit.papers_missing)

    def errand(self, visit: Visit, stop: Stop, first: frozenset[str]) -> Errand:
        """A stop as an errand: its expected minutes for those who come, what goes before it, its given time."""
        service = self.house.services[stop.service]
        slot = slot_of(self.floor, self.house, visit, stop)
        timed = slot is not None and not slot.late
        return Errand(
            key=stop.id,
            service=stop.service,
            minutes=self.expected_of(visit, stop, slot),
            spread=service.spread,
            after=first,
            not_before=self.minutes(slot.opens) if slot else 0.0,
            # Who is here early fills what would stand idle; from their time on they go first.
            due=self.minutes(slot.starts_at) if slot and timed else None,
            until=self.cut_off(stop.service),
            desks=frozenset((slot.desk,)) if slot and slot.desk else frozenset(),
        )

    def cut_off(self, service: str) -> float:
        """When it is too late today to begin a service, though its desks are still open; inf where nothing is set."""
        filed = self.house.services[service]
        spans = hours.open_intervals(self.house, filed.authority, self.floor.day) if filed.cut_off else ()
        return self.minutes(spans[-1][1]) - filed.cut_off if spans else inf

    def expected_of(self, visit: Visit, stop: Stop, slot: Slot | None) -> float:
        """Expected minutes of a stop: as long as its authority reserved, else as filed and learned."""
        if slot is not None and slot.minutes is not None:
            return slot.minutes
        return filed_minutes(self.house, visit, stop) * self.factors.get(stop.service, 1.0)

    def _told(self, told: Told) -> Window:
        before = self.minutes(told.before) if told.before else 0.0
        lo, at, hi = self.minutes(told.start), self.minutes(told.likely), self.minutes(told.end)
        return Window(lo, at, hi, self.minutes(told.told), before)

    def _expected(self) -> list[Expected]:
        """Bookings that have not checked in; while their authority runs late, so may they."""
        found, late = [], dict[str, float]()
        for booking in self.floor.bookings.values():
            if booking.cancelled or booking.visit is not None or booking.came_from:
                continue
            authority = self.house.authorities[self.house.services[booking.service].authority]
            if authority.code not in late:
                late[authority.code] = late_by(self.floor, authority.code, self.at).total_seconds() / 60
            at = self.minutes(booking.starts_at)
            if at + authority.late_minutes + late[authority.code] > self.now:
                kind = Newcomer(1.0, self._usual(booking.pathway, booking.service))
                found.append(Expected(at, 8.0, SHOWS_UP, (kind,)))
        return found

    def _usual(self, pathway: str | None, service: str) -> tuple[Errand, ...]:
        path = self.house.pathways.get(pathway or "")
        return self._in_order(list(path.stops) if path else [service])

    def _in_order(self, services: list[str]) -> tuple[Errand, ...]:
        """What somebody usually needs: what hands on must be done before the rest."""
        after: frozenset[str] = frozenset()
        errands = []
        for s in [self.house.services[code] for code in services if code in self.house.services]:
            minutes = s.minutes * self.factors.get(s.code, 1.0)
            errands.append(Errand(s.code, s.code, minutes, s.spread, after, until=self.cut_off(s.code)))
            after = frozenset((s.code,)) if s.unlocking else after
        return tuple(errands)

    def _history(self) -> list[Done]:
        """What every desk did today against what was expected, and what past days taught of its pace."""
        past = self.floor.learned.desks if self.floor.learned else {}
        found = [Done(desk, "", sums[0], sums[1]) for desk, sums in past.items()]
        for (desk, service), sums in self.tally.work.items():
            expected = sums.filed * self.factors.get(service, 1.0) + sums.reserved
            found.append(Done(desk, service, expected, sums.actual))
        return found

    def _rates(self) -> list[Rate]:
        """Who still comes without a booking, by past days."""
        global _rates
        basis = self.floor.learned, self.house, self.factors
        known = _rates
        if known is None or any(a is not b for a, b in zip(known[0], basis, strict=True)):
            known = _rates = basis, self._learned_rates()
        return known[1]

    def _learned_rates(self) -> list[Rate]:
        found = []
        for hour, kinds in (self.floor.learned.rates if self.floor.learned else {}).items():
            sorts = tuple(Newcomer(n, self._in_order(services.split())) for services, n in kinds.items())
            found.append(Rate(int(hour) * 60.0, int(hour) * 60.0 + 60.0, sum(kinds.values()), sorts))
        return found


def scene_of(floor: Floor, house: House, at: datetime) -> Scene:
    """The scene of a floor at a moment."""
    return Sight(floor, house, at).scene()
