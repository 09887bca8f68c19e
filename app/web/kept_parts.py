"""Parts of pages as they were made before: kept for whoever looks, and made anew when anything that they show has changed.

What is one reader's own has no place in them. Where a form's key goes they have a blank: a key is good for one act.
"""

import os
import re
import secrets
import threading
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

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


_BLANKS = re.compile(f"({BLANK}|{PLACE}|{TIME})".encode())


class Cut(NamedTuple):
    """A page as it is sent, in pieces; and where its blanks are: of keys, of places in line, of times."""

    pieces: list[bytes]
    keys: list[int]
    places: list[int]
    times: list[int]

    def filled(self, place: str = "", time: str = "") -> list[bytes]:
        """The pieces with a key of its own in each of the forms, and with what moves."""
        whole, said = self.pieces.copy(), place.encode()
        keys = urlsafe_b64encode(_random(12 * len(self.keys)))
        for n, at in enumerate(self.keys):
            whole[at] = keys[16 * n : 16 * n + 16]
        for at in self.places:
            whole[at] = said
        for at in self.times:
            whole[at] = time.encode()
        return whole


def cut(text: str) -> Cut:
    """A page, cut at its blanks."""
    pieces = _BLANKS.split(text.encode())
    where = [[n for n, piece in enumerate(pieces) if piece == blank.encode()] for blank in (BLANK, PLACE, TIME)]
    return Cut(pieces, *where)


_one_takes = threading.Lock()
_left = b""


def _random(count: int) -> bytes:
    """So many bytes that nobody can guess, fetched for many pages at once: a call is shown on every phone, each with new keys."""
    global _left
    with _one_takes:
        if len(_left) < count:
            _left = os.urandom(max(count, 4096))
        taken, _left = _left[:count], _left[count:]
    return taken


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
