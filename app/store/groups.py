"""Group arrivals in rows. The newcomers themselves are bookings of their day."""

from sqlalchemy import Connection, delete, insert, select

from app.domain.grouped import Group
from app.store.codec import plain, revive
from app.store.tables import group_arrivals as t
from app.store.work import Work


def find(db: Connection, site: str, group: str) -> Group | None:
    """One group."""
    row = db.execute(select(t).where(t.c.site_id == site, t.c.id == group)).mappings().first()
    return revive(Group, row) if row else None


def find_all(db: Connection, site: str) -> list[Group]:
    """Every group, the latest day first."""
    query = select(t).where(t.c.site_id == site).order_by(t.c.day.desc(), t.c.id)
    return [revive(Group, row) for row in db.execute(query).mappings()]


def group_of(work: Work, group: str) -> Group | None:
    """One group within a work."""
    return work.aside(("group", group), lambda db: find(db, work.site, group))


def put(work: Work, group: Group) -> None:
    """Write a group, new or changed."""
    row = {"site_id": work.site, **plain(group), "day": group.day}

    def write(db: Connection) -> None:
        db.execute(delete(t).where(t.c.site_id == work.site, t.c.id == group.id))
        db.execute(insert(t).values(**row))

    work.set_aside(("group", group.id), group, write)
