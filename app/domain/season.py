"""A season of events as a spreadsheet writes it -> the events, and why each other row is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.domain.booking_cells import CellRefused, plain, read_day, read_time
from app.domain.booking_list import Rejection
from app.domain.delimited import ListRefused, Record, read_records
from app.domain.errors import Refused
from app.domain.house import House
from app.domain.privacy import TextRefused, free_text
from app.domain.programme import Occasion, require_real_times

_NEEDED = {
    "Kode": "kode code id nr nummer eventid arrangementsnr",
    "Dato": "dato date dag day",
    "Start": "start starttid starttime fra from tid time kl klokken",
    "Slut": "slut sluttid end endtime til to ends",
    "Titel": "titel title navn name arrangement event titelda titledanish dansktitel",
    "Sted": "sted place lokation location venue hvor where",
}
_WISHED = {
    "Titel (engelsk)": "titelengelsk titelen titleen titleenglish englishtitle engelsktitel",
    "Pladser": "pladser kapacitet capacity seats places antalpladser",
    "Målgruppe": "maalgruppe malgruppe audience pathways forhvem",
    "Status": "status tilstand state",
}
_COLUMNS = {synonym: name for name, all_ in {**_NEEDED, **_WISHED}.items() for synonym in all_.split()}
_CANCELLED = frozenset({"aflyst", "annulleret", "cancelled", "canceled"})
_PLANNED = frozenset({"", "planlagt", "planned", "bekraeftet", "confirmed", "aktiv", "active"})


@dataclass(frozen=True, slots=True)
class SeasonList:
    """What a list says, in the order of its rows."""

    occasions: tuple[Occasion, ...]
    rejected: tuple[Rejection, ...]


def read_season(raw: bytes, house: House) -> SeasonList:
    """Every row that can be taken, a rejection for every other; raises nothing but ListRefused, for the whole list."""
    records = read_records(raw, lambda header: len({_COLUMNS[n] for n in map(plain, header) if n in _COLUMNS}))
    reader = _Reader(next(records), house)
    rejected: list[Rejection] = []
    found: dict[str, Occasion] = {}
    for record in records:
        try:
            occasion = reader.read(record)
            if found.setdefault(occasion.code, occasion) != occasion:
                what = "An earlier row says something else of this code."
                raise CellRefused("duplicate_code", what, "Give each event a code of its own.")
        except CellRefused as refused:
            rejected.append(Rejection(record.line, refused.code, refused.detail, refused.remedy))
    return SeasonList(tuple(found.values()), tuple(rejected))


def _columns(names: list[str]) -> Mapping[str, int]:
    places = {c: [i for i, name in enumerate(names) if _COLUMNS.get(name) == c] for c in (*_NEEDED, *_WISHED)}
    if missing := [c for c in _NEEDED if not places[c]]:
        raise ListRefused("missing_column", f"The first row must name these columns too: {', '.join(missing)}.")
    if twice := [c for c, found in places.items() if len(found) > 1]:
        raise ListRefused("ambiguous_column", f"Several columns could be these: {', '.join(twice)}. Keep one of each.")
    return {column: found[0] for column, found in places.items() if found}


class _Reader:
    """Reads the rows under one header for one house."""

    def __init__(self, header: Record, house: House) -> None:
        self._at = _columns([plain(cell) for cell in header.cells or ()])
        self._house, self._zone = house, ZoneInfo(house.timezone)

    def read(self, record: Record) -> Occasion:
        """The event of one row; raises CellRefused."""
        if record.cells is None:
            raise CellRefused("bad_quotes", "A quotation mark in the row never ends.", "Remove it, or double it.")
        row = [cell.strip() for cell in record.cells]
        danish = self._text(row, "Titel")
        occasion = Occasion(
            code=self._code(row),
            title={"da": danish, "en": self._text(row, "Titel (engelsk)", needed=False) or danish},
            day=read_day(self._cell(row, "Dato")),
            starts=read_time(self._cell(row, "Start")),
            ends=read_time(self._cell(row, "Slut")),
            place=self._text(row, "Sted"),
            audience=self._audience(row),
            capacity=self._capacity(row),
            cancelled=self._cancelled(row),
        )
        self._check(occasion)
        return occasion

    def _check(self, occasion: Occasion) -> None:
        try:
            require_real_times(occasion, self._zone)
        except Refused:
            what = "Clocks go forward past this time on that date."
            raise CellRefused("bad_time", what, "Check the time and the date.") from None

    def _cell(self, row: list[str], column: str) -> str:
        place = self._at.get(column, len(row))
        return row[place] if place < len(row) else ""

    def _text(self, row: list[str], column: str, needed: bool = True) -> str:
        cell = self._cell(row, column)
        if needed and not cell:
            raise CellRefused("missing_text", f"The row has no {column}.", "Write it.")
        try:
            return free_text(cell, 200)
        except TextRefused as refused:
            raise CellRefused(refused.code, refused.detail, "Change the text.") from None

    def _code(self, row: list[str]) -> str:
        cell = self._cell(row, "Kode")
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", cell):
            what = "The code is missing or cannot be read."
            raise CellRefused("bad_code", what, "Use 1 to 40 letters A-Z, figures, dots and hyphens.")
        return cell

    def _capacity(self, row: list[str]) -> int | None:
        cell = self._cell(row, "Pladser")
        if cell and not re.fullmatch(r"[0-9]{1,5}", cell):
            raise CellRefused(
                "bad_capacity", "The number of places cannot be read.", "Write a whole number, or nothing."
            )
        return int(cell or 0) or None

    def _audience(self, row: list[str]) -> frozenset[str]:
        codes = frozenset(re.split(r"[\s,;/+]+", self._cell(row, "Målgruppe"))) - {""}
        if codes - self._house.pathways.keys():
            known = ", ".join(self._house.pathways)
            raise CellRefused("unknown_audience", "The house knows no pathway of this code.", f"Write of: {known}.")
        return codes

    def _cancelled(self, row: list[str]) -> bool:
        status = plain(self._cell(row, "Status"))
        if status in _CANCELLED or status in _PLANNED:
            return status in _CANCELLED
        raise CellRefused("unknown_status", "The status is unknown.", "Write Planlagt or Aflyst (planned, cancelled).")
