"""The directory's rows: the house file's entries and what staff made of them."""

from sqlalchemy import Connection

from app.domain.directory import Entry, merged
from app.domain.house import House
from app.store import versions
from app.store.versions import Version
from app.store.work import Work

KIND = "entry"


def directory(db: Connection, house: House) -> dict[str, Entry]:
    """The directory as it stands."""
    return merged(house.directory, versions.newest(db, house.site, Entry, KIND))


def directory_of(work: Work) -> dict[str, Entry]:
    """The same within a work."""
    return work.aside(KIND, lambda db: directory(db, work.house))


def put(work: Work, entry: Entry) -> int:
    """Enter or change an entry; the number of its new version."""
    known = directory_of(work)
    number = versions.add(work, KIND, entry.code, known.get(entry.code), entry)
    work.set_aside(KIND, {**known, entry.code: entry}, lambda db: None)
    return number


def history(db: Connection, site: str, code: str) -> list[Version]:
    """Every version of an entry, newest first."""
    return versions.history(db, site, KIND, code)
