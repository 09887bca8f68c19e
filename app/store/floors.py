"""Rows and floor: reads a whole day, writes only what a work changed."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from itertools import compress
from operator import attrgetter, is_not
from typing import Any, TypeAlias

from sqlalchemy import JSON, Connection, Table, bindparam, delete, select, update

from app.domain.floor import Booking, DeskNow, Floor, Learned, Outage
from app.domain.stop import Stop
from app.domain.visit import Visit
from app.store import tables as t
from app.store.codec import plain, revive
from app.store.prepared import Prepared, insertion

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
        learned=revive(Learned, head["learned"]) if head and head["learned"] else None,
        slips=head["slips"] or {} if head else {},
        visits={k: dataclasses.replace(v, stops=tuple(stops.get(k, ()))) for k, v in visits.items()},
        desks={row["code"]: revive(DeskNow, row) for row in _rows(db, t.desks, site, day)},
        outages={row["service"]: revive(Outage, row) for row in _rows(db, t.outages, site, day)},
        bookings={row["ref"]: revive(Booking, row) for row in _rows(db, t.bookings, site, day)},
    )


def _rows(db: Connection, table: Table, site: str, day: date, *order: Any) -> list[Row]:
    query = select(table).where(table.c.site_id == site, table.c.day == day).order_by(*order)
    return [dict(row) for row in db.execute(query).mappings()]


def unclosed(db: Connection, site: str, today: date) -> list[date]:
    """Days before `today` that had visitors and were never closed, in order."""
    here = (t.days.c.site_id == site, t.days.c.day < today, t.days.c.closed_at.is_(None), t.days.c.last_number > 0)
    return list(db.execute(select(t.days.c.day).where(*here).order_by(t.days.c.day)).scalars())


def write_floor(db: Connection, before: Floor, after: Floor) -> None:
    """Bring the rows from `before` to `after`; values that are the same object cost nothing."""
    if _of_day(before) != _of_day(after):
        _write_day(db, before, after)
    at = {"site_id": after.site, "day": after.day}
    visits = [(before.visits.get(v.id), v) for v in after.visits_since(before)]
    _write(db, t.visits, [({**at, "id": v.id}, old, v, {}) for old, v in visits])
    _write(db, t.stops, [change for old, v in visits for change in _stops(at, old, v)])
    for old, visit in visits:
        _delete_stops(db, at, old, visit)
    desks = _changes(at, "code", before.desks, after.desks)
    # Desks that let a party go are written before the one that takes it: no visit is at two desks in between.
    _write(db, t.desks, [change for change in desks if change[2].visit is None])
    _write(db, t.desks, [change for change in desks if change[2].visit is not None])
    _write(db, t.bookings, _changes(at, "ref", before.bookings, after.bookings))
    _write(db, t.outages, _changes(at, "service", before.outages, after.outages))
    for service in before.outages.keys() - after.outages.keys():
        gone = (t.outages.c.site_id == after.site, t.outages.c.day == after.day, t.outages.c.service == service)
        db.execute(delete(t.outages).where(*gone))


def _of_day(floor: Floor) -> tuple[object, ...]:
    return floor.last_number, floor.closed_at, floor.learned, floor.slips


def _write_day(db: Connection, before: Floor, after: Floor) -> None:
    learned = plain(after.learned) if after.learned else None
    values = {"last_number": after.last_number, "closed_at": after.closed_at, "learned": learned}
    values["slips"] = dict(after.slips) or None
    here = {"the_site_id": after.site, "the_day": after.day}
    if _update(t.days, tuple(values)).run(db, [here | values]) == 0:
        _insertion(t.days).run(db, [{"site_id": after.site, "day": after.day, **values}])


_Change: TypeAlias = tuple[Row, Any, Any, Row]
"""The key of a row, the value before (none: a new row), the value now, and columns that are no field of it."""


def _stops(at: Row, old: Visit | None, new: Visit) -> Iterator[_Change]:
    known = {s.id: s for s in old.stops} if old else {}
    for place, stop in enumerate(new.stops):
        if known.get(stop.id) is not stop:
            yield {**at, "visit": new.id, "id": stop.id}, known.get(stop.id), stop, {"place": place}


def _delete_stops(db: Connection, at: Row, old: Visit | None, new: Visit) -> None:
    for gone in {s.id for s in old.stops} - {s.id for s in new.stops} if old else ():
        here = (t.stops.c.site_id == at["site_id"], t.stops.c.day == at["day"], t.stops.c.visit == new.id)
        db.execute(delete(t.stops).where(*here, t.stops.c.id == gone))


def _changes(at: Row, key: str, before: Row, after: Row) -> list[_Change]:
    if before is after:
        return []
    return [({**at, key: k}, before.get(k), after[k], {}) for k in after if before.get(k) is not after[k]]


def _write(db: Connection, table: Table, changes: Sequence[_Change]) -> None:
    """All changes of a table: new rows in one statement, and of the others the columns that differ, in one for each set of them."""
    added: list[Row] = []
    changed: dict[tuple[str, ...], list[Row]] = {}
    for key, old, new, more in changes:
        fields, cells = _cells(table, (*key, *more))
        if old is None:
            added.append({**key, **{name: kept(new) for name, kept in cells}, **more})
            continue
        row = {name: kept(new) for name, kept in compress(cells, map(is_not, fields(old), fields(new)))}
        if row:
            row |= more
            changed.setdefault(tuple(row), []).append({**{f"the_{k}": v for k, v in key.items()}, **row})
    _insertion(table).run(db, added)
    for names, rows in changed.items():
        _update(table, names).run(db, rows)


_insertion = cache(insertion)


@lru_cache(maxsize=1024)
def _update(table: Table, names: tuple[str, ...]) -> Prepared:
    """The update of these columns of one row by its key."""
    here = [c == bindparam(f"the_{c.name}") for c in table.primary_key]
    return Prepared(update(table).where(*here).values({name: bindparam(name) for name in names}))


_Field: TypeAlias = Callable[[Any], Any]


@cache
def _cells(table: Table, but: tuple[str, ...]) -> tuple[_Field, tuple[tuple[str, _Field], ...]]:
    """Of a value the fields that columns are named after, all but these; and for each column the value as it keeps it."""
    columns = [c for c in table.columns if c.name not in but]
    kept = [(c.name, _plain_field(c.name) if isinstance(c.type, JSON) else _field(c.name)) for c in columns]
    return attrgetter(*(c.name for c in columns)), tuple(kept)


def _plain_field(name: str) -> _Field:
    field = attrgetter(name)
    return lambda value: plain(field(value))


def _field(name: str) -> _Field:
    def read(value: Any) -> Any:
        field = getattr(value, name)
        return field.value if isinstance(field, Enum) else field

    return read
