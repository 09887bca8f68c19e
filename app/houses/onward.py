"""Readers for what leads onwards from a house: its directory and its programme."""

import re
from datetime import date, time
from zoneinfo import ZoneInfo

from app.domain.directory import KINDS, WAYS, Entry
from app.domain.errors import Refused
from app.domain.programme import EVERY, MOST_IN_SERIES, Occasion, Repeat, require_real_times, series_of
from app.houses.mistakes import suggest
from app.houses.tables import Table

_CLOCK = r"((?:[01][0-9]|2[0-3]):[0-5][0-9])"
_SPAN = re.compile(rf"\s*{_CLOCK}\s*-\s*{_CLOCK}\s*")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,40}")


def organisation(table: Table) -> Entry:
    """An entry of the directory: a service, an organisation or a contact."""
    return Entry(
        code=_code(table),
        kind=_one_of(table, "kind", KINDS),
        label=table.words("label"),
        text=table.words("text", optional=True),
        who=table.words("who", optional=True),
        receives=_one_of(table, "receives", WAYS, WAYS[0]),
        reach=table.text("reach", ""),
        place=table.text("place", ""),
        audience=frozenset(table.codes("audience", ())),
        children=table.flag("children", False),
        languages=table.codes("languages", ()),
    )


def event(table: Table, zone: ZoneInfo) -> tuple[Occasion, ...]:
    """An event of the programme, or all events of a series."""
    starts, ends = _times(table)
    first = Occasion(
        code=_code(table),
        title=table.words("title"),
        day=table.day("day", table.text("day")) or date(2000, 1, 1),
        starts=starts,
        ends=ends,
        place=table.text("place"),
        text=table.words("text", optional=True),
        host=table.text("host", "") or None,
        audience=frozenset(table.codes("audience", ())),
        children=table.flag("children", False),
        languages=table.codes("languages", ()),
        sign_up=table.flag("sign_up", True),
        capacity=table.whole("capacity", 0) or None,
        remind_hours=table.whole("remind_hours", 24),
    )
    repeat = _repeat(table.table("repeat", optional=True))
    every = series_of(first, repeat) if repeat else (first,)
    for occasion in every:
        _check_times(table, occasion, zone)
    return every


def _code(table: Table) -> str:
    code = table.text("code")
    if code and not _CODE.fullmatch(code):
        what = f'"{code}" is no code.'
        table.wrong("code", "bad_code", what, "Use up to 40 letters A-Z, figures, dots and hyphens.", code)
    return code


def _one_of(table: Table, key: str, known: tuple[str, ...], default: str | None = None) -> str:
    value = table.text(key, default)
    if value and value not in known:
        table.wrong(key, f"unknown_{key}", f'"{value}" is no "{key}" of {table.name}.', suggest(value, known), value)
    return value


def _times(table: Table) -> tuple[time, time]:
    """Like "19:00-21:30"; one that ends no later than it starts ends the night after."""
    written = table.text("time")
    found = _SPAN.fullmatch(written)
    if found:
        return time.fromisoformat(found[1]), time.fromisoformat(found[2])
    if written:
        remedy = 'Write start, dash, end, such as "17:00-19:30".'
        table.wrong("time", "bad_hours", f'"{written}" in {table.name} is no span of hours.', remedy, written)
    return time(0), time(1)


def _repeat(table: Table) -> Repeat | None:
    if not table.values:
        return None
    read = Repeat(_one_of(table, "every", EVERY), table.whole("times", least=1), table.dates("skip"))
    if read.times > MOST_IN_SERIES:
        what = f"{table.name} comes {read.times} times."
        table.wrong("times", "too_big", what, f"Write at most {MOST_IN_SERIES}.", "times")
        read = Repeat(read.every, 1, read.skip)
    table.close()
    return read


def _check_times(table: Table, occasion: Occasion, zone: ZoneInfo) -> None:
    try:
        require_real_times(occasion, zone)
    except Refused as refused:
        what = f"clocks go forward past {refused.facts['time']} on {refused.facts['day']}, in {table.name}."
        table.wrong("time", "bad_hours", what, "Write a time that this night has.")
