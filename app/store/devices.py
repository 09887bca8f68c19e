"""Devices of a house: wall displays and kiosks, with their last word. Only the hash of a device's token is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.machines import Device
from app.store.access import Holder
from app.store.access import token_hash as hash_of
from app.store.tables import devices as d
from app.store.work import Work

STRANGERS = 30
"""Unpaired devices of one site at a time; nobody hangs up more."""

FORGOTTEN = timedelta(minutes=10)
"""An unpaired device that has said nothing for so long is gone."""


def _device(row: Mapping[Any, Any]) -> Device:
    fields = {name: row[name] for name in Device.__dataclass_fields__ if name != "site"}
    return Device(site=row["site_id"], **fields)


def hash_at(site: str, token: str) -> str:
    """How a device's token is looked up at a site: one browser may be a display of two houses."""
    return hash_of(f"{site}|{token}")


def by_token(db: Connection, site: str, token_hash: str) -> Device | None:
    """The device that holds this token."""
    row = db.execute(select(d).where(d.c.token_hash == token_hash, d.c.site_id == site)).mappings().first()
    return _device(row) if row else None


def kiosk_of(db: Connection, site: str, token: str) -> Holder | None:
    """Whom a kiosk's token stands for: the kiosk, by its id, while it is paired."""
    found = by_token(db, site, hash_at(site, token))
    return Holder(site, found.id, "kiosk", ()) if found and found.kind == "kiosk" and found.paired else None


def ask(
    db: Connection, site: str, token_hash: str, name: str, code: str, at: datetime, kind: str = "display"
) -> Device | None:
    """A stranger asks to be paired: kept under the id `name` with the code on its screen; None when too many do."""
    db.execute(delete(d).where(d.c.paired_at.is_(None), func.coalesce(d.c.seen_at, d.c.asked_at) < at - FORGOTTEN))
    waiting = db.execute(select(func.count()).where(d.c.site_id == site, d.c.paired_at.is_(None))).scalar_one()
    if waiting >= STRANGERS:
        return None
    row = {"site_id": site, "id": name, "kind": kind, "token_hash": token_hash, "code": code, "asked_at": at}
    db.execute(insert(d).values(**row))
    return by_token(db, site, token_hash)


def pair(db: Connection, site: str, code: str, name: str, at: datetime, kind: str = "display") -> Device | None:
    """The stranger of this kind with this code on its screen gets a name; None where no screen shows it."""
    here = (d.c.site_id == site, d.c.kind == kind, d.c.code == code, d.c.paired_at.is_(None))
    found = db.execute(select(d).where(*here)).mappings().first()
    if found is None:
        return None
    values = {"name": name, "paired_at": at, "code": None}
    db.execute(update(d).where(*here).values(**values))
    return _device({**found, **values})


def devices_of(work: Work) -> tuple[Device, ...]:
    """The devices of the site within a work: paired, or asking to be."""
    return work.aside("devices", lambda db: tuple(found for found in all_known(db) if found.site == work.site))


def put(work: Work, device: Device) -> None:
    """Write what staff decided about a device: its name, that it is paired, that it is let go."""
    values = {name: getattr(device, name) for name in ("name", "code", "paired_at", "ended_at")}
    here = (d.c.site_id == work.site, d.c.id == device.id)
    known = tuple(device if found.id == device.id else found for found in devices_of(work))
    work.set_aside("devices", known, lambda db: db.execute(update(d).where(*here).values(**values)))


def all_known(db: Connection) -> list[Device]:
    """Every device that is paired or asks to be, by name."""
    query = select(d).where(d.c.ended_at.is_(None)).order_by(d.c.name, d.c.id)
    return [_device(row) for row in db.execute(query).mappings()]


def keep_words(db: Connection, words: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """The last word of devices, by site and id: when it was, and what they said of themselves."""
    for (site, device), word in words.items():
        db.execute(update(d).where(d.c.site_id == site, d.c.id == device).values(**word))
