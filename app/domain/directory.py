"""The directory: whom a newcomer can be pointed to, outside the queue. The house file begins it, staff carry it on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.house import Text

KINDS = ("service", "organisation", "contact")
"""A business service of the house, a civil organisation, one place or desk to get in touch with."""

WAYS = ("walk_in", "telephone", "mail", "web", "link")
"""How an entry wants to receive people; only `link` is told anything about them, and only with their consent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One whom people are referred to. Codes never change; words are translated; nothing here is about a citizen."""

    code: str
    kind: str
    label: Text
    text: Text = field(default_factory=dict)  # what it does
    who: Text = field(default_factory=dict)  # who may be referred; empty: everybody
    receives: str = "walk_in"
    reach: str = ""  # the number, address or page that goes with `receives`
    place: str = ""
    audience: frozenset[str] = frozenset()  # pathways it is made for; empty: none in particular
    children: bool = False  # made for families with children
    languages: tuple[str, ...] = ()  # spoken there
    retired: bool = False  # kept for its history, no longer offered


def merged(file: Mapping[str, Entry], changed: Mapping[str, Entry]) -> dict[str, Entry]:
    """The directory as it stands: the house file's entries, each replaced by what staff made of it, and their own."""
    return {**file, **changed}


def offered(directory: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """The entries that one may refer to, in the order of the directory."""
    return tuple(entry for entry in directory.values() if not entry.retired)
