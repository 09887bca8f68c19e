"""Typed reading of one TOML table: a value that does not fit becomes a mistake with its line, and reading goes on."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from itertools import pairwise
from math import inf
from typing import Any, TypeVar, cast

from app.domain.house import Hours, Text
from app.houses.lines import Place
from app.houses.mistakes import Ledger, suggest

NEEDED_LANGUAGES = {"da": "Danish", "en": "English"}

V = TypeVar("V")

_CLOCK = r"((?:[01][0-9]|2[0-3]):[0-5][0-9])"
_SPAN = re.compile(rf"\s*{_CLOCK}\s*-\s*{_CLOCK}\s*")


class Table:
    """One table of the file. Ask for every key it may hold, then `close` it: what was not asked for is unknown."""

    def __init__(self, ledger: Ledger, values: Mapping[str, Any], place: Place, name: str) -> None:
        self.ledger, self.values, self.place, self.name = ledger, values, place, name
        self._asked: set[str] = set()

    def close(self) -> None:
        """Note each key that nobody asked for."""
        for key in self.values.keys() - self._asked:
            self.wrong(key, "unknown_key", f'{self.name} has no setting "{key}".', suggest(key, self._asked), word=key)

    def wrong(self, key: str, code: str, what: str, remedy: str, word: str | None = None) -> None:
        """Note a mistake at one key of this table."""
        self.ledger.wrong((*self.place, key), code, what, remedy, word)

    def text(self, key: str, default: str | None = None) -> str:
        """A string that is not blank."""
        value = self._value(key, str, "a text in quotes", default, "")
        if not value and default is None and key in self.values and isinstance(self.values[key], str):
            self.wrong(key, "empty_text", f'"{key}" of {self.name} is empty.', "Write a text between the quotes.")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        return self._value(key, bool, "true or false", default, default)

    def number(self, key: str, default: float | None = None, least: float = 0, most: float = inf) -> float:
        """A number from `least` to `most`."""
        return self._within(key, float(self._value(key, float, "a number", default, least)), least, most)

    def whole(self, key: str, default: int | None = None, least: int = 0) -> int:
        """A whole number of at least `least`."""
        return int(self._within(key, self._value(key, int, "a whole number", default, least), least, inf))

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """A list of so many numbers, none below nought; empty if missing."""
        values = self._list(key, ())
        if values and (len(values) != count or not all(_is_a(v, float) and 0 <= v < inf for v in values)):
            self._wrong_type(key, f"a list of {count} numbers")
            return ()
        return tuple(float(v) for v in values)

    def codes(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts, each at most once."""
        values = self._list(key, default)
        good = tuple(value for value in values if isinstance(value, str))
        if len(good) < len(values):
            self._wrong_type(key, "a list of texts in quotes")
        for value in {value for value in good if good.count(value) > 1}:
            self.wrong(
                key, "duplicate_code", f'"{key}" of {self.name} names "{value}" twice.', "Remove one.", word=value
            )
        return good

    def words(self, key: str, *, optional: bool = False) -> Text:
        """One wording in several languages, Danish and English among them."""
        self._asked.add(key)
        if key not in self.values and optional:
            return {}
        value = self.values.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(word, str) for word in value.values()):
            self._wrong_type(key, f'one text a language, such as {key}.da = "..."')
            return {"da": "", "en": ""}
        if not value and not optional:
            self._without_label(key)
        else:
            self._check_languages(key, value)
        return {"da": "", "en": "", **value}

    def dates(self, key: str) -> frozenset[date]:
        """A list of dates, as TOML dates or as texts like "2027-08-25"."""
        found = (self.day(key, value) for value in self._list(key, ()))
        return frozenset(day for day in found if day)

    def day(self, key: str, value: object) -> date | None:
        """The date that `value` writes; None, and a mistake, if it is none."""
        # A moment is a date too in Python, but no day that a house closes.
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            remedy = "Write year-month-day of a day that exists, such as 2027-08-25."
            self.wrong(key, "bad_date", f'"{value}" in {self.name} is no date.', remedy, word=str(value))
            return None

    def hours(self, key: str) -> tuple[Hours, ...]:
        """A list like ["08:30-12:00", "13:00-15:00"], in order and apart; may be missing."""
        read = (self._span(key, value) for value in self._list(key, ()))
        spans = sorted((span for span in read if span), key=lambda span: span.opens)
        for earlier, later in pairwise(spans):
            if later.opens < earlier.closes:
                what = f'"{key}" of {self.name} has {spell(earlier)} and {spell(later)}, which overlap.'
                self.wrong(key, "overlapping_hours", what, "Join them or move one.", word=spell(later))
        return tuple(spans)

    def span(self, key: str) -> Hours:
        """One text like "08:30-12:00"."""
        return self._span(key, self.text(key)) or Hours(time(0), time(0))

    def table(self, key: str, *, optional: bool = False) -> "Table":
        """The table under `key`; an empty one if missing."""
        values = self._value(key, dict, "a table", {} if optional else None, {})
        return Table(self.ledger, values, (*self.place, key), f'"{key}" of {self.name}' if self.place else f"[{key}]")

    def tables(self, key: str) -> list["Table"]:
        """The list of tables under `key`, each named after its code where it has one; may be missing."""
        values = self._list(key, ())
        if not all(isinstance(value, dict) for value in values):
            self._wrong_type(key, "a list of tables")
        good = [(index, value) for index, value in enumerate(values) if isinstance(value, dict)]
        return [Table(self.ledger, value, (*self.place, key, index), _named(key, value)) for index, value in good]

    def _within(self, key: str, value: float, least: float, most: float) -> float:
        said = f'"{key}" of {self.name} is {value:g}.'
        # Written so that nan, which TOML knows, is refused as well.
        if not value >= least:
            self.wrong(key, "too_small", said, f"Write {least:g} or more.", word=key)
            return least
        if value > most or value == inf:
            self.wrong(key, "too_big", said, f"Write at most {most:g}." if most < inf else "Write a number.", word=key)
            return least
        return value

    def _span(self, key: str, value: object) -> Hours | None:
        written = _SPAN.fullmatch(str(value))
        if written:
            opens, closes = (time.fromisoformat(part) for part in written.groups())
            if opens < closes:
                return Hours(opens, closes)
        remedy = 'Write opening, dash, closing of one day, such as "08:30-15:00".'
        self.wrong(key, "bad_hours", f'"{value}" in {self.name} is no span of hours.', remedy, word=str(value))
        return None

    def _check_languages(self, key: str, value: Mapping[str, str]) -> None:
        for language, name in NEEDED_LANGUAGES.items():
            if not value.get(language, "").strip():
                what = f'"{key}" of {self.name} has no {name} wording.'
                self.wrong(key, "missing_language", what, f'Add {key}.{language} = "...".')
        for language in value.keys() - set(self.ledger.languages) if self.ledger.languages else ():
            what = f'"{key}" of {self.name} is worded in "{language}", which [house] languages does not list.'
            place = (*self.place, key, language)
            self.ledger.wrong(place, "unknown_language", what, suggest(language, self.ledger.languages), language)

    def _without_label(self, key: str) -> None:
        code = "paper_without_label" if self.place[:1] == ("paper",) and key == "label" else "missing_label"
        remedy = f'Add {key}.da = "..." and {key}.en = "...".'
        self.ledger.wrong(self.place, code, f'{self.name} has no "{key}".', remedy)

    def _list(self, key: str, default: Iterable[Any] | None) -> list[Any]:
        listed = None if default is None else list(default)
        return list(self._value(key, list, "a list", listed, []))

    def _value(self, key: str, kind: type[V], kind_name: str, default: V | None, fallback: V) -> V:
        self._asked.add(key)
        if key not in self.values:
            if default is None:
                what = f'{self.name} has no "{key}".'
                self.ledger.wrong(self.place, "missing_key", what, f"Add {key} = {kind_name}.")
            return fallback if default is None else default
        value = self.values[key]
        if _is_a(value, kind):
            return cast(V, value)
        self._wrong_type(key, kind_name)
        return fallback

    def _wrong_type(self, key: str, kind_name: str) -> None:
        what = f'"{key}" of {self.name} is not {kind_name}.'
        self.wrong(key, "wrong_type", what, f"Write {kind_name}.", word=key)


def spell(span: Hours) -> str:
    """Hours the way the file writes them."""
    return f"{span.opens:%H:%M}-{span.closes:%H:%M}"


def _is_a(value: object, kind: type) -> bool:
    # In Python true is a whole number too; in a house file it is not.
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def _named(kind: str, value: Mapping[str, Any]) -> str:
    code = value.get("code", value.get("service", value.get("name")))
    return f'{kind} "{code}"' if isinstance(code, str) else f"a {kind}"
