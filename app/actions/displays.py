"""The screens of a house: displays and kiosks, paired by the code they show, named, let go. No event tells of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.domain.machines import Device
from app.store import devices as rows
from app.store.work import Work


def paired(work: Work) -> list[Device]:
    """The screens that staff know, as this work leaves them."""
    return [d for d in rows.devices_of(work) if d.paired]


def pair(work: Work, code: str, name: str, at: datetime) -> Device | None:
    """The stranger with this code on its screen gets a name; None where no screen shows it."""
    asked = code.strip().upper()
    stranger = lambda d: d.code == asked and d.paired_at is None
    return _put(work, stranger, lambda d: replace(d, name=name, paired_at=at, code=None))


def rename(work: Work, device: str, name: str) -> Device | None:
    """Another name; None where there is no such screen."""
    return _put(work, lambda d: d.paired and d.id == device, lambda d: replace(d, name=name))


def unpair(work: Work, device: str, at: datetime) -> Device | None:
    """The screen is none of the house any more; None where there is no such screen."""
    return _put(work, lambda d: d.paired and d.id == device, lambda d: replace(d, ended_at=at))


def _put(work: Work, wanted: Callable[[Device], bool], change: Callable[[Device], Device]) -> Device | None:
    found = next((d for d in rows.devices_of(work) if wanted(d)), None)
    if found is None:
        return None
    changed = change(found)
    rows.put(work, changed)
    return changed
