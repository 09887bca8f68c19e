"""Where something stands in a TOML text: `tomllib` tells values but no lines."""

import re
from itertools import pairwise
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""A way into the parsed file, such as ("desk", 3, "services")."""

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
_KEY = re.compile(rf"\s*({_KEY_PART}(?:\s*\.\s*{_KEY_PART})*)\s*=")
_QUOTED_OR_COMMENT = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*")
_LONG_QUOTE = re.compile(r'"""|\'\'\'')


class Lines:
    """Finds the line of a table, of a key, or of a word inside a key's value, in a text that is valid TOML."""

    def __init__(self, text: str) -> None:
        self._rows = text.split("\n")
        self._starts: dict[Place, int] = {(): 1}
        self._last: dict[Place, int] = {}
        self._table: Place = ()
        for number, row in _statements(self._rows):
            self._note(number, row)
        marks = sorted(set(self._starts.values()) | {len(self._rows) + 1})
        self._ends = dict(pairwise(marks))

    def of(self, place: Place, word: str | None = None) -> int:
        """The line of `place`, else of what holds it; with `word`, its first line inside that statement."""
        found = place
        while found not in self._starts:
            found = found[:-1]
        start = self._starts[found]
        return start if word is None else self._line_of_word(start, word)

    def _line_of_word(self, start: int, word: str) -> int:
        wanted = re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w.-])")
        for number in range(start, self._ends.get(start, start + 1)):
            if wanted.search(self._rows[number - 1]):
                return number
        return start

    def _note(self, number: int, row: str) -> None:
        header = _HEADER.match(row)
        if header:
            self._table = self._enter(_parts(header[2]), many=header[1] == "[[")
            self._starts.setdefault(self._table, number)
        elif key := _KEY.match(row):
            self._note_key(number, _parts(key[1]))

    def _note_key(self, number: int, parts: list[str]) -> None:
        for depth in range(1, len(parts) + 1):
            self._starts.setdefault((*self._table, *parts[:depth]), number)

    def _enter(self, parts: list[str], *, many: bool) -> Place:
        place: Place = ()
        for depth, part in enumerate(parts, start=1):
            place = (*place, part)
            if many and depth == len(parts):
                self._last[place] = self._last.get(place, -1) + 1
                self._starts.setdefault(place, 1)
            if place in self._last:
                place = (*place, self._last[place])
        return place


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_KEY_PART, dotted)]


def _statements(rows: list[str]) -> list[tuple[int, str]]:
    """Rows that begin a header or a key, with their numbers: not those inside a list or a long string."""
    found, depth, inside_quote = [], 0, False
    for number, row in enumerate(rows, start=1):
        if depth == 0 and not inside_quote:
            found.append((number, row))
        long_quotes = len(_LONG_QUOTE.findall(row))
        if long_quotes or inside_quote:
            inside_quote ^= long_quotes % 2 == 1
        elif not _HEADER.match(row) or depth:
            bare = _QUOTED_OR_COMMENT.sub("", row)
            depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
    return found
