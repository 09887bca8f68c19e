"""The players: citizens who come, clerks and floorwalkers who act, all through the public HTTP API and nothing else."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import httpx2

from app.demo import draw
from app.domain import hours
from app.domain.house import Desk, House, Service

EXPECTED_REFUSALS = frozenset({"line_empty", "desk_busy", "visit_elsewhere", "nothing_in_hand", "illegal_move"})
"""What a busy house says all day long: two hurried people, one party."""

LATE = timedelta(minutes=30)


@dataclass(slots=True)
class Tally:
    """What was seen: refusals by code, and everything that should not be."""

    calls: int = 0
    arrived: int = 0
    sent_home: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    in_hand: dict[str, str] = field(default_factory=dict)  # visit -> desk
    two_places: int = 0


class Player:
    """One day's cast."""

    def __init__(
        self, base: str, token: str, house: House, day: date, seed: int, speed: float, start: datetime
    ) -> None:
        self.house, self.day, self.speed, self.tally = house, day, speed, Tally()
        self._http = httpx2.AsyncClient(
            base_url=f"{base}/api/v1/sites/{house.site}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
            limits=httpx2.Limits(max_connections=40),
        )
        self._start, self._began = start, asyncio.get_running_loop().time()
        self._rng = Random(f"play/{seed}/{day}")
        self._pathways: dict[str, str] = {}
        self._ends = max(end for a in house.authorities for _, end in hours.open_intervals(house, a, day))

    def now(self) -> datetime:
        """The house's time, as far as the client can tell."""
        return self._start + timedelta(seconds=(asyncio.get_running_loop().time() - self._began) * self.speed)

    async def until(self, at: datetime) -> None:
        """Sleep until a moment of the house."""
        await asyncio.sleep(max(0.0, (at - self.now()).total_seconds() / self.speed))

    async def minutes(self, count: float) -> None:
        """Sleep some of the house's minutes."""
        await asyncio.sleep(count * 60 / self.speed)

    async def play(self, bookings: bytes) -> Tally:
        """The whole day, until every desk has gone home."""
        await self._import(bookings)
        comers = await self._comers()
        desks = hours.staffed_desks(self.house, self.day)
        await asyncio.gather(*(self._come(c) for c in comers), *(self._staff(d) for d in desks))
        await self.until(self._ends + LATE + timedelta(minutes=2))
        await asyncio.sleep(2.5)
        await self._http.aclose()
        return self.tally

    async def _import(self, bookings: bytes) -> None:
        answer = await self._http.post("/bookings", content=bookings, headers={"Content-Type": "text/csv"})
        if answer.status_code != 200 or answer.json()["rejected"]:
            self.tally.errors.append(f"bookings: {answer.status_code} {answer.text[:200]}")

    async def _comers(self) -> list[draw.Comer]:
        """The booked who show up, a little early or late, and the walk-ins."""
        found = draw.walk_ins(self.house, self.day, 1)
        events = (await self._http.get("/events?limit=1000")).json()["events"]
        for event in events:
            facts = event["facts"]
            listed = event["kind"] == "booking_listed" and event["day"] == self.day.isoformat()
            if listed and not facts["cancelled"] and self._rng.random() >= self.house.demo.no_show:
                at = datetime.fromisoformat(facts["starts_at"]) - timedelta(minutes=self._rng.gauss(7, 6))
                path = facts["pathway"] or "eu_worker"
                found.append(draw.comer(self.house, self._rng, at, path, facts["persons"], facts["ref"]))
        return sorted(found, key=lambda c: c.at)

    async def _come(self, who: draw.Comer) -> None:
        await self.until(who.at)
        members = [{"kind": "adult"}] * who.adults + [{"kind": "child", "age": 7}] * who.children
        body: dict[str, Any] = {"arrival": "walk_in", "members": members, "language": who.language}
        if who.booking:
            body |= {"arrival": "booked", "booking_ref": who.booking}
        elif who.pathway == "career":
            body |= {"services": ["ihnd.career"]}
        answer = await self._post("/visits", body, ("house_closed", "day_closed", "too_late_today"))
        if answer:
            self.tally.arrived += 1
            self._pathways[answer["id"]] = who.pathway

    async def _staff(self, desk: Desk) -> None:
        for opens, closes in hours.desk_intervals(self.house, desk.code, self.day):
            await self.until(opens)
            await self._post(f"/desks/{desk.code}/openings", {})
            while self.now() < closes:
                if not await self._turn(desk):
                    await self.minutes(0.5)
            await self._post(f"/desks/{desk.code}/pauses", {})
        while self.now() < self._ends and await self._someone_waits(desk):
            await self._post(f"/desks/{desk.code}/openings", {})
            if not await self._turn(desk):
                break
        await self._post(f"/desks/{desk.code}/closings", {})

    async def _someone_waits(self, desk: Desk) -> bool:
        answer = await self._http.get(f"/desks/{desk.code}")
        return answer.status_code == 200 and answer.json()["waiting"] > 0

    async def _turn(self, desk: Desk) -> bool:
        """Call, serve and finish one party; false when nobody waits."""
        called = await self._post(f"/desks/{desk.code}/calls", {})
        if called is None:
            return False
        visit = called["visit"]
        self.tally.calls += 1
        if self.tally.in_hand.setdefault(visit["id"], desk.code) != desk.code:
            self.tally.two_places += 1
        await self._serve(desk, visit, called["call"]["service"])
        return True

    async def _serve(self, desk: Desk, visit: dict[str, Any], service: str) -> None:
        if self._rng.random() < self.house.demo.absent:
            await self.minutes(2)
            self.tally.in_hand.pop(visit["id"], None)
            await self._post(f"/desks/{desk.code}/misses", {})
            await self.minutes(1)
            await self._post(f"/visits/{visit['id']}/returns", {})
            return
        await self.minutes(0.6)
        started = await self._post(f"/desks/{desk.code}/starts", {})
        while started:
            service = started["service"]
            await self.minutes(self._minutes(self.house.services[service], visit, started["members"]))
            if service == self.house.reception:
                await self._receive(visit["id"])
            self.tally.in_hand.pop(visit["id"], None)
            await self._post(f"/desks/{desk.code}/finishes", self._outcome(visit["id"], service))
            here = (await self._http.get(f"/desks/{desk.code}")).json()["in_hand"]
            started = here["stop"] if here else None
            if started:
                self.tally.in_hand[visit["id"]] = desk.code

    def _minutes(self, service: Service, visit: dict[str, Any], members: list[str]) -> float:
        kinds = [m["kind"] for m in visit["members"] if m["id"] in members]
        adults = kinds.count("adult")
        mean = service.minutes + service.per_adult * max(0, adults - 1) + service.per_child * (len(kinds) - adults)
        return draw.minutes_of(mean, service.spread, self._rng)

    def _outcome(self, visit: str, service: str) -> dict[str, Any]:
        known = list(self.house.services[service].outcomes)
        if not known:
            return {}
        return {"outcome": draw.outcome_of(self.house, self._pathways.get(visit), known, self._rng)}

    async def _receive(self, visit: str) -> None:
        """The floorwalker: who is it, which papers, and one tap plans today."""
        path = self._pathways.get(visit, "eu_worker")
        await self._post(f"/visits/{visit}/pathway", {"pathway": path})
        wanted = [s for s in self.house.pathways[path].stops if self.house.services[s].walk_in]
        await self._post(f"/visits/{visit}/papers", {"seen": ["identity"]})
        if wanted:
            await self._post(f"/visits/{visit}/journey", {"services": wanted})

    async def _post(self, path: str, body: dict[str, Any], more: tuple[str, ...] = ()) -> dict[str, Any] | None:
        """One command with its key; sent again with the same key when the network fails."""
        key = {"Idempotency-Key": uuid4().hex}
        for _ in range(3):
            try:
                answer = await self._http.post(path, json=body, headers=key)
                break
            except httpx2.TransportError:
                await asyncio.sleep(0.2)
        else:
            self.tally.errors.append(f"{path}: no answer")
            return None
        if answer.status_code < 300:
            found: dict[str, Any] = answer.json()
            return found
        code = answer.json().get("code", "?")
        self.tally.refused[code] += 1
        if code in more:
            self.tally.sent_home[code] += 1
        elif code not in EXPECTED_REFUSALS:
            self.tally.errors.append(f"{path}: {answer.status_code} {code}")
        return None
