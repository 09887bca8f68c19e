"""Parts of pages as they were made before: kept for whoever looks, and made anew when anything that they show has changed.

What is one reader's own has no place in them. Where a form's key goes they have a blank: a key is good for one act.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from app.screens.shapes import Shape

T = TypeVar("T")

MOST = 500

MACHINES = ("devices", "senders")

BLANK = secrets.token_hex(16)
"""Stands for a key. Nobody outside this process knows it, so that nobody can write it into what a page shows."""

PLACE, TIME = secrets.token_hex(16), secrets.token_hex(16)
"""The same for what moves at every call while the rest of a ticket stays: how many go first, and the time of the screen."""


def content(screen: Shape) -> dict[str, object]:
    """What a screen says, apart from its number and its moment; of machines, what is worth telling."""
    fields = {k: v for k, v in screen.__dict__.items() if k not in ("seq", "at")}
    return fields | {k: [m.told for m in fields[k]] for k in MACHINES if k in fields}


_KEY = BLANK.encode()
_BLANKS = re.compile(f"({BLANK}|{PLACE}|{TIME})".encode())


def cut(text: str) -> list[bytes]:
    """A page as it is sent, in pieces: its blanks, and what stands between."""
    return _BLANKS.split(text.encode())


def filled(pieces: list[bytes], place: str = "", time: str = "") -> list[bytes]:
    """The pieces of a page with a key of its own in each of its forms, and with what moves."""
    keys = secrets.token_urlsafe(12 * pieces.count(_KEY)).encode()
    each = iter(range(0, len(keys), 16))
    words = {PLACE.encode(): place.encode(), TIME.encode(): time.encode()}
    return [keys[(n := next(each)) : n + 16] if p == _KEY else words.get(p, p) for p in pieces]


class Kept:
    """The parts of one page."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[object, Any]] = {}

    def part(self, template: str, shows: object, make: Callable[[], T]) -> T:
        """The part as it was made before, while what it shows is equal to what it showed then."""
        found = self._parts.get(template)
        if found is None or (found[0] is not shows and found[0] != shows):
            found = self._parts[template] = shows, make()
        part: T = found[1]
        return part


class KeptParts:
    """The parts of the pages that were looked at last."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, Kept] = OrderedDict()

    def of(self, page: Hashable) -> Kept:
        """The parts of a page."""
        kept = self._pages.setdefault(page, Kept())
        self._pages.move_to_end(page)
        if len(self._pages) > MOST:
            self._pages.popitem(last=False)
        return kept
