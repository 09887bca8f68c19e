"""The programme's rows: events as staff made them, and the roll of each."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.house import House
from app.domain.programme import Occasion, merged
from app.domain.roll import CANCELLED, IN, WAITING, Roll, SignUp
from app.store import versions
from app.store.codec import revive
from app.store.tables import sign_ups as t
from app.store.versions import Version
from app.store.work import Work

KIND = "occasion"


def programme(db: Connection, house: House) -> dict[str, Occasion]:
    """The programme as it stands, by time."""
    return merged(house.programme, versions.newest(db, house.site, Occasion, KIND))


def todays(db: Connection, house: House, day: date) -> tuple[Occasion, ...]:
    """The events of one date, cancelled or not."""
    return tuple(o for o in programme(db, house).values() if o.day == day)


def programme_of(work: Work) -> dict[str, Occasion]:
    """The same within a work."""
    return work.aside(KIND, lambda db: programme(db, work.house))


def put(work: Work, occasion: Occasion) -> int:
    """Enter or change an event; the number of its new version."""
    known = programme_of(work)
    number = versions.add(work, KIND, occasion.code, known.get(occasion.code), occasion)
    work.set_aside(KIND, merged(known, {occasion.code: occasion}), lambda db: None)
    return number


def history(db: Connection, site: str, code: str) -> list[Version]:
    """Every version of an event, newest first."""
    return versions.history(db, site, KIND, code)


def roll(db: Connection, site: str, occasion: Occasion) -> Roll:
    """Who has signed up for an event, in order of asking."""
    here = (t.c.site_id == site, t.c.occasion == occasion.code)
    rows = db.execute(select(t).where(*here).order_by(t.c.place)).mappings()
    return Roll(occasion.code, occasion.capacity, tuple(revive(SignUp, row) for row in rows))


def roll_of(work: Work, occasion: Occasion) -> Roll:
    """The same within a work; with the capacity that the event has by now."""
    found = work.aside(("roll", occasion.code), lambda db: roll(db, work.site, occasion))
    return Roll(found.occasion, occasion.capacity, found.sign_ups)


def keep_new(work: Work, after: Roll, new: SignUp) -> None:
    """Write a sign-up that was entered at the end of the roll."""
    row = _row(work.site, after.occasion, new)
    work.set_aside(("roll", after.occasion), after, lambda db: db.execute(insert(t).values(**row)))


def keep_changed(work: Work, after: Roll, changed: SignUp) -> None:
    """Write what became of a sign-up."""
    row = _row(work.site, after.occasion, changed)
    here = (t.c.site_id == work.site, t.c.occasion == after.occasion, t.c.place == changed.place)
    work.set_aside(("roll", after.occasion), after, lambda db: db.execute(update(t).where(*here).values(row)))


def _row(site: str, occasion: str, s: SignUp) -> dict[str, Any]:
    row = {"site_id": site, "occasion": occasion, "place": s.place, "id": s.id, "at": s.at, "persons": s.persons}
    return row | {"state": s.state, "visit": s.visit, "remind_at": s.remind_at}


def counts(db: Connection, site: str, codes: Iterable[str]) -> dict[str, dict[str, int]]:
    """Persons with a place and persons waiting, for each of these events."""
    wanted = list(codes)
    here = (t.c.site_id == site, t.c.occasion.in_(wanted), t.c.state != CANCELLED)
    query = select(t.c.occasion, t.c.state, func.sum(t.c.persons)).where(*here).group_by(t.c.occasion, t.c.state)
    found: dict[str, dict[str, int]] = {code: {IN: 0, WAITING: 0} for code in wanted}
    for code, state, persons in db.execute(query):
        found[code][state] = int(persons)
    return found


def of_visit(db: Connection, site: str, visit: str) -> dict[str, SignUp]:
    """The standing sign-ups of a visit, by event."""
    here = (t.c.site_id == site, t.c.visit == visit, t.c.state != CANCELLED)
    rows = db.execute(select(t).where(*here).order_by(t.c.at)).mappings()
    return {row["occasion"]: revive(SignUp, row) for row in rows}


def due(db: Connection, site: str, at: datetime) -> list[tuple[str, str]]:
    """Sign-ups whose reminder is due: event and id."""
    here = (t.c.site_id == site, t.c.remind_at <= at, t.c.state == IN)
    rows = db.execute(select(t.c.occasion, t.c.id).where(*here).order_by(t.c.remind_at).limit(200))
    return [(code, sign_up) for code, sign_up in rows]
