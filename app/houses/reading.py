"""A house file's text becomes a House, or is refused with every mistake in it."""

import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.house import House
from app.domain.programme import Occasion
from app.houses import onward, parts
from app.houses.almanac import each_year, holidays_of
from app.houses.checking import check
from app.houses.mistakes import HouseRefused, Ledger, Mistake
from app.houses.sketch import sketch
from app.houses.tables import Table

SAMPLE = Path(__file__).with_name("aalborg.toml")
"""The sample house."""


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


T = TypeVar("T", bound=_Coded)


def load(path: Path) -> House:
    """Read the house file at `path`; refuses with HouseRefused, or OSError when there is no such file."""
    return read_house(_decoded(path.read_bytes(), path.name), path.name)


def read_house(text: str, name: str) -> House:
    """Read a house from the `text` of its file; `name` is what mistakes call the file. Refuses with HouseRefused."""
    ledger = Ledger(text)
    house = _house(Table(ledger, _parse(text, name), (), "the file"))
    check(house, ledger)
    if ledger.mistakes:
        raise HouseRefused(name, ledger.mistakes)
    return house


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        what, remedy = "a letter here is not written as UTF-8.", "Save the file as UTF-8 in the editor."
        raise HouseRefused(name, [Mistake(line, "not_utf8", what, remedy)]) from wrong


def _parse(text: str, name: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        line = re.search(r"at line (\d+)", str(wrong))
        number = int(line[1]) if line else text.count("\n") + 1
        what = f"this is not TOML: {re.sub(r' [(]at .*', '', str(wrong)).rstrip('.')}."
        remedy = "Look for a missing quote, bracket or comma here or on the line before."
        raise HouseRefused(name, [Mistake(number, "toml_syntax", what, remedy)]) from wrong


def _house(file: Table) -> House:
    top, limits = file.table("house"), file.table("limits")
    file.ledger.languages = top.codes("languages")
    house = House(
        site=top.text("site"),
        name=top.words("name"),
        address=top.text("address"),
        phone=top.text("phone"),
        timezone=top.text("timezone"),
        holidays=top.text("holidays"),
        languages=file.ledger.languages,
        municipalities=top.codes("municipalities"),
        authorities=_by_code("authority", file, parts.authority),
        services=_by_code("service", file, parts.service),
        papers=_by_code("paper", file, parts.paper),
        pathways=_by_code("pathway", file, parts.pathway),
        desks=_by_code("desk", file, parts.desk),
        booked=tuple(parts.booked(table) for table in file.tables("booked")),
        reception=top.text("reception"),
        no_show_minutes=limits.whole("no_show_minutes"),
        handoff_minutes=limits.whole("handoff_minutes"),
        undo_seconds=limits.whole("undo_seconds"),
        walk_minutes=limits.number("walk_minutes"),
        grace_minutes=limits.number("grace_minutes"),
        interpreter_factor=limits.number("interpreter_factor", least=1),
        priority_every=limits.whole("priority_every", least=1),
        step_outs=limits.whole("step_outs"),
        demo=parts.demo(file.table("demo", optional=True)),
        holiday_dates=_holidays(top),
        questions=_by_code("question", file, parts.question),
        rules=tuple(parts.rule(table) for table in file.tables("rule")),
        refusals=parts.refusals(file),
        sketch=sketch(file),
        directory=_by_code("organisation", file, onward.organisation),
        programme=_programme(file, top.text("timezone")),
    )
    for table in (top, limits, file):
        table.close()
    return house


def _by_code(kind: str, file: Table, read: Callable[[Table], T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for table in file.tables(kind):
        item = read(table)
        table.close()
        if file.ledger.declare(kind, item.code, table.place):
            found[item.code] = item
    return found


def _programme(file: Table, timezone: str) -> dict[str, Occasion]:
    zone = _zone(timezone)
    found: dict[str, Occasion] = {}
    for table in file.tables("event"):
        for occasion in onward.event(table, zone):
            if file.ledger.declare("event", occasion.code, table.place):
                found[occasion.code] = occasion
        table.close()
    return found


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")  # what is wrong with the name is said by the check of the whole house


def _holidays(top: Table) -> frozenset[date]:
    country = top.text("holidays")
    try:
        # An empty country was refused where it was read.
        public = holidays_of(country) if country else frozenset()
    except LookupError:
        what = f'nobody knows the holidays of "{country}".'
        top.wrong("holidays", "unknown_country", what, "Write a country's two-letter code, such as DK.")
        public = frozenset()
    return public | each_year(_customary(top))


def _customary(top: Table) -> Iterable[tuple[int, int]]:
    for written in top.codes("customary", ()):
        # A leap year, so that 29 February may be written.
        day = top.day("customary", f"2028-{written}") if re.fullmatch(r"\d\d-\d\d", written) else None
        if day:
            yield day.month, day.day
        elif not re.fullmatch(r"\d\d-\d\d", written):
            remedy = 'Write month-day, such as "12-24".'
            top.wrong("customary", "bad_date", f'"{written}" in [house] is no day of a year.', remedy, written)
