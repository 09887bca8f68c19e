"""What a day brings, drawn from the house file with a seed: bookings, walk-ins, service times, outcomes, who is away."""

import csv
import io
import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.domain import hours
from app.domain.house import House

SLOT = timedelta(minutes=20)
LAST_SLOT = time(13, 50)
SIZES = (1, 1, 1, 1, 1, 2, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who will come: when, with whom, and what the house can't know before it asks."""

    at: datetime
    adults: int
    children: int
    language: str
    pathway: str
    booking: str | None = None


def booking_list(house: House, day: date, seed: int) -> bytes:
    """A booking list of that day as the other authority's spreadsheet writes it: one booking for each desk and slot."""
    rng = Random(f"bookings/{seed}/{day}")
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(["Bookingnr", "Dato", "Tid", "Ydelse", "Antal personer", "Status", "Bemærkning"])
    authority = house.services[house.booked[0].service].authority
    desks = [d for d in hours.staffed_desks(house, day) if d.authority == authority]
    each = len(desks) if any(d.only for d in desks) else 1
    slot = datetime.combine(day, time(8, 30))
    while slot.time() <= LAST_SLOT and slot.time() != time(0, 0):
        for _ in range(each):
            name = rng.choices([b.name for b in house.booked], [6, 2, 1][: len(house.booked)])[0]
            status = "Aflyst" if rng.random() < 0.08 else "Booket"
            ref = f"N{rng.randrange(100_000, 999_999)}"
            rows.writerow([ref, f"{day:%d-%m-%Y}", f"{slot:%H:%M}", name, rng.choice(SIZES), status, ""])
        slot += SLOT
    return ("\ufeff" + out.getvalue()).encode()


def walk_ins(house: House, day: date, seed: int) -> list[Comer]:
    """Who walks in without a booking, by the rates of the house file."""
    rng = Random(f"walk-ins/{seed}/{day}")
    zone = ZoneInfo(house.timezone)
    found = []
    for span, pathway, per_hour in house.demo.walk_ins:
        at = datetime.combine(day, span.opens, zone)
        end = datetime.combine(day, span.closes, zone)
        while per_hour > 0 and (at := at + timedelta(hours=rng.expovariate(per_hour))) < end:
            found.append(comer(house, rng, at, pathway))
    return sorted(found, key=lambda c: c.at)


def comer(
    house: House, rng: Random, at: datetime, pathway: str, persons: int | None = None, ref: str | None = None
) -> Comer:
    """One party."""
    size = persons or rng.choice(SIZES)
    adults = min(size, 2)
    return Comer(at, adults, size - adults, rng.choice(house.languages), pathway, ref)


def minutes_of(mean: float, spread: float, rng: Random) -> float:
    """A service time: lognormal, as such times are."""
    variance = math.log(1 + spread * spread)
    return rng.lognormvariate(math.log(max(mean, 0.1)) - variance / 2, math.sqrt(variance))


def outcome_of(house: House, pathway: str | None, known: list[str], rng: Random) -> str:
    """How a stop with outcomes ends, by the shares of the house file."""
    shares = {o: s for o, s in house.demo.outcomes.get(pathway or "", {}).items() if o in known}
    if not shares:
        return known[0]
    return rng.choices(list(shares), list(shares.values()))[0]
