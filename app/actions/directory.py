"""The directory, changed by staff while the house runs."""

from dataclasses import replace

from app.domain.directory import Entry
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.store import directory as rows
from app.store import programme
from app.store.work import Work


def enter(work: Work, entry: Entry) -> Entry:
    """Enter a new entry; refuses a code that another entry or an event has."""
    if entry.code in rows.directory_of(work) or entry.code in programme.programme_of(work):
        raise Refused(Refusal.CODE_TAKEN, entry=entry.code)
    return _put(work, entry)


def change(work: Work, entry: Entry) -> Entry:
    """Let an entry say something else; nothing is recorded where it says the same."""
    known = rows.directory_of(work).get(entry.code)
    if known is None:
        raise Refused(Refusal.UNKNOWN_ENTRY, entry=entry.code)
    return known if known == entry else _put(work, entry)


def retire(work: Work, code: str, retired: bool = True) -> Entry:
    """Offer an entry no longer, or again; its history stays."""
    known = rows.directory_of(work).get(code)
    if known is None:
        raise Refused(Refusal.UNKNOWN_ENTRY, entry=code)
    return change(work, replace(known, retired=retired))


def _put(work: Work, entry: Entry) -> Entry:
    for pathway in sorted(entry.audience - work.house.pathways.keys()):
        raise Refused(Refusal.UNKNOWN_PATHWAY, pathway=pathway)
    number = rows.put(work, entry)
    work.record(Kind.DIRECTORY_CHANGED, entry=entry.code, version=number)
    return entry
