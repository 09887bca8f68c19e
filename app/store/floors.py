"""Rows and floor: reads a whole day, writes only what a work changed."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import JSON, Connection, Table, delete, insert, select, update

from app.domain.floor import Booking, DeskNow, Floor, Outage
from app.domain.stop import Stop
from app.domain.visit import Visit
from app.store import tables as t
from app.store.codec import plain, revive

Row = Mapping[str, Any]


def read_floor(db: Connection, site: str, day: date) -> Floor:
    """The floor of one day from its rows; an empty one for a day that nobody has touched."""
    head = db.execute(select(t.days).where(t.days.c.site_id == site, t.days.c.day == day)).mappings().first()
    stops: dict[str, list[Stop]] = {}
    for row in _rows(db, t.stops, site, day, t.stops.c.place):
        stops.setdefault(row["visit"], []).append(revive(Stop, row))
    visits = {
        row["id"]: revive(Visit, {**row, "stops": ()})
        for row in _rows(db, t.visits, site, day, t.visits.c.arrived_at, t.visits.c.number)
    }
    return Floor(
        site=site,
        day=day,
        last_number=head["last_number"] if head else 0,
        closed_at=head["closed_at"] if head else None,
        visits={k: dataclasses.replace(v, stops=tuple(stops.get(k, ()))) for k, v in visits.items()},
        desks={row["code"]: revive(DeskNow, row) for row in _rows(db, t.desks, site, day)},
        outages={row["service"]: revive(Outage, row) for row in _rows(db, t.outages, site, day)},
        bookings={row["ref"]: revive(Booking, row) for row in _rows(db, t.bookings, site, day)},
    )


def _rows(db: Connection, table: Table, site: str, day: date, *order: Any) -> list[Row]:
    query = select(table).where(table.c.site_id == site, table.c.day == day).order_by(*order)
    return [dict(row) for row in db.execute(query).mappings()]


def write_floor(db: Connection, before: Floor, after: Floor) -> None:
    """Bring the rows from `before` to `after`; values that are the same object cost nothing."""
    if (before.last_number, before.closed_at) != (after.last_number, after.closed_at):
        _write_day(db, before, after)
    at = {"site_id": after.site, "day": after.day}
    for visit_id, visit in after.visits.items():
        old = before.visits.get(visit_id)
        if old is not visit:
            _write_visit(db, at, old, visit)
    _write_all(db, t.desks, at, "code", before.desks, after.desks)
    _write_all(db, t.bookings, at, "ref", before.bookings, after.bookings)
    _write_all(db, t.outages, at, "service", before.outages, after.outages)
    for service in before.outages.keys() - after.outages.keys():
        gone = (t.outages.c.site_id == after.site, t.outages.c.day == after.day, t.outages.c.service == service)
        db.execute(delete(t.outages).where(*gone))


def _write_day(db: Connection, before: Floor, after: Floor) -> None:
    values = {"last_number": after.last_number, "closed_at": after.closed_at}
    here = (t.days.c.site_id == after.site, t.days.c.day == after.day)
    if db.execute(update(t.days).where(*here).values(values)).rowcount == 0:
        db.execute(insert(t.days).values(site_id=after.site, day=after.day, **values))


def _write_visit(db: Connection, at: Row, old: Visit | None, new: Visit) -> None:
    if old is None or dataclasses.replace(old, stops=new.stops) != new:
        _write(db, t.visits, {**at, "id": new.id}, old, new)
    known = {s.id: s for s in old.stops} if old else {}
    for place, stop in enumerate(new.stops):
        if known.get(stop.id) is not stop:
            key = {**at, "visit": new.id, "id": stop.id}
            _write(db, t.stops, key, known.get(stop.id), stop, place=place)
    for gone in known.keys() - {s.id for s in new.stops}:
        here = (t.stops.c.site_id == at["site_id"], t.stops.c.day == at["day"], t.stops.c.visit == new.id)
        db.execute(delete(t.stops).where(*here, t.stops.c.id == gone))


def _write_all(db: Connection, table: Table, at: Row, key: str, before: Row, after: Row) -> None:
    if before is after:
        return
    # Desks that let a party go are written before the one that takes it: no visit is at two desks in between.
    changed = [k for k in after if before.get(k) is not after[k]]
    for k in sorted(changed, key=lambda k: getattr(after[k], "visit", None) is not None):
        _write(db, table, {**at, key: k}, before.get(k), after[k])


def _write(db: Connection, table: Table, key: Row, old: Any, new: Any, **more: Any) -> None:
    values = {c.name: _cell(new, c) for c in table.columns if c.name not in key and c.name not in more} | more
    if old is None:
        db.execute(insert(table).values(**key, **values))
    else:
        db.execute(update(table).where(*(table.c[k] == v for k, v in key.items())).values(values))


def _cell(value: Any, column: Any) -> Any:
    """A field as its column keeps it: JSON columns hold plain values, the others hold their own types."""
    field = getattr(value, column.name)
    return plain(field) if isinstance(column.type, JSON) else getattr(field, "value", field)
