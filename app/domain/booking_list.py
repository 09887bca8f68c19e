"""A list of bookings, as a spreadsheet writes it -> the bookings, and why each other row is refused."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.domain.booking_cells import (
    CellRefused,
    plain,
    read_day,
    read_minutes,
    read_persons,
    read_ref,
    read_status,
    read_time,
    reads_interpreter,
    to_utc,
)
from app.domain.delimited import ListRefused, Record, read_records
from app.domain.house import BookedService, House, Service
from app.domain.privacy import holds_cpr

__all__ = ["BookingList", "BookingRow", "ListRefused", "Rejection", "read_bookings"]


@dataclass(frozen=True, slots=True)
class BookingRow:
    """One booking of the list. Of its remark nothing is kept but whether the sitting is interpreted, and so longer."""

    ref: str
    day: date  # on the wall clock of the site
    starts_at: datetime  # UTC
    service: str
    pathway: str | None
    persons: int
    cancelled: bool
    interpreter: bool
    at_desk: str | None = None  # the only desk that may serve it
    minutes: float | None = None  # how long it is reserved


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that was not taken: its physical line from 1, a stable code, why, and what to do. Never holds a cell."""

    line: int
    code: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class BookingList:
    """What a list says, in the order of its rows."""

    bookings: tuple[BookingRow, ...]
    rejected: tuple[Rejection, ...]

    @property
    def cancelled(self) -> int:
        """How many of the bookings are cancelled."""
        return sum(booking.cancelled for booking in self.bookings)


def read_bookings(raw: bytes, house: House) -> BookingList:
    """Every row that can be taken, a rejection for every other; raises nothing but ListRefused, for the whole list."""
    records = read_records(raw, _recognise)
    header = next(records)
    reader = _SlotReader(header, house) if _MINUTES in _named(header) else _Reader(header, house)
    rejected: list[Rejection] = []
    bookings: dict[str, BookingRow] = {}
    for record in records:
        try:
            booking = reader.read(record)
            if bookings.setdefault(booking.ref, booking) != booking:
                raise CellRefused(
                    "duplicate_ref",
                    "An earlier row says something else of this booking number.",
                    "Keep one of the rows.",
                )
        except CellRefused as refused:
            rejected.append(Rejection(record.line, refused.code, refused.detail, refused.remedy))
    return BookingList(tuple(bookings.values()), tuple(rejected))


_NEEDED = {
    "Bookingnr": "bookingnr booking bookingnummer bookingno bookingnumber bookingid bookingref bookingreference"
    " ref reference referencenr referencenummer reservation reservationsnr reservationsnummer",
    "Dato": "dato date dag day modedato bookingdato bookingdate startdato startdate appointmentdate",
    "Tid": "tid time kl klokken klokkeslaet klokkeslet tidspunkt modetid start starttid starttidspunkt starttime"
    " appointmenttime",
    "Ydelse": "ydelse ydelser ydelsestype service servicetype aftaletype aerinde appointmenttype",
    "Antal personer": "antalpersoner antal personer persons people numberofpersons numberofpeople noofpersons"
    " partysize antaldeltagere deltagere",
    "Status": "status bookingstatus tilstand state",
}
_REMARK = "Bemærkning"
_REMARKS = (
    "bemaerkning bemaerkninger bemarkning bemarkninger bemrkning bemrkninger note noter notes notat remark remarks"
    " comment comments kommentar kommentarer besked anmaerkning anmaerkninger"
)
_MINUTES = "Minutter"
_DESK = "Skranke"
_SLOTS = {
    _MINUTES: "minutter minutes min varighed duration laengde length",
    _DESK: "skranke skrankenr desk desknr counter bord plads",
}
_COLUMNS = {
    synonym: name for name, all_ in {**_NEEDED, _REMARK: _REMARKS, **_SLOTS}.items() for synonym in all_.split()
}


def _recognise(header: tuple[str, ...]) -> int:
    return len({_COLUMNS[name] for name in map(plain, header) if name in _COLUMNS})


def _named(header: Record) -> set[str]:
    """The columns that a header names."""
    return {_COLUMNS[name] for name in map(plain, header.cells or ()) if name in _COLUMNS}


def _columns(names: list[str], wanted: Iterable[str] = _NEEDED, optional: Iterable[str] = ()) -> Mapping[str, int]:
    """Where each column stands; a header that lacks a needed one, or could mean two by one, is refused."""
    known = [*wanted, *optional]
    places = {column: [i for i, name in enumerate(names) if _COLUMNS.get(name) == column] for column in known}
    if missing := [column for column in wanted if not places[column]]:
        raise ListRefused(
            "missing_column",
            f"The first row must name these columns too: {', '.join(missing)}.",
        )
    if twice := [column for column in known if len(places[column]) > 1]:
        raise ListRefused(
            "ambiguous_column",
            f"Several columns could be these: {', '.join(twice)}. Keep one of each.",
        )
    return {column: found[0] for column, found in places.items() if found}


class _Reader:
    """Reads the rows under one header for one house."""

    def __init__(self, header: Record, house: House) -> None:
        names = [plain(cell) for cell in header.cells or ()]
        self._columns = self._find(names)
        self._width = max(i for i, name in enumerate(names) if name) + 1
        self._remarks = [i for i, name in enumerate(names) if _COLUMNS.get(name) == _REMARK]
        self._zone = ZoneInfo(house.timezone)
        self._booked = {_service_name(booked.name): booked for booked in house.booked}
        self._house = house

    def _find(self, names: list[str]) -> Mapping[str, int]:
        return _columns(names)

    def read(self, record: Record) -> BookingRow:
        """The booking of one row; raises CellRefused."""
        row = self._row(record)
        ref = read_ref(self._cell(row, "Bookingnr"))
        day = read_day(self._cell(row, "Dato"))
        starts_at = to_utc(day, read_time(self._cell(row, "Tid")), self._zone)
        booked = self._service(self._cell(row, "Ydelse"))
        return BookingRow(
            ref=ref,
            day=day,
            starts_at=starts_at,
            service=booked.service,
            pathway=booked.pathway,
            persons=read_persons(self._cell(row, "Antal personer")),
            cancelled=read_status(self._cell(row, "Status")),
            interpreter=reads_interpreter(self._remark(row)),
        )

    def _row(self, record: Record) -> list[str]:
        if record.cells is None:
            raise CellRefused(
                "bad_quotes",
                "A quotation mark in the row never ends.",
                "Remove it, or double it.",
            )
        # A letter between the cells: figures of two cells are never read as one number.
        if holds_cpr("x".join(record.cells)):
            raise CellRefused(
                "cpr_in_remark",
                "The row holds something shaped like a CPR number.",
                "Remove the number from the list.",
            )
        row = [cell.strip() for cell in record.cells]
        if any(row[self._width :]) and self._width - 1 not in self._remarks:
            raise CellRefused(
                "extra_cells",
                "The row has more cells than the header.",
                "Put quotes around the cell.",
            )
        return row

    def _cell(self, row: list[str], column: str) -> str:
        place = self._columns.get(column)
        return row[place] if place is not None and place < len(row) else ""

    def _remark(self, row: list[str]) -> str:
        """The remark as written, also where a delimiter within it was not quoted and made more cells of it."""
        return "; ".join(cell for i, cell in enumerate(row) if i in self._remarks or i >= self._width)

    def _service(self, cell: str) -> BookedService:
        booked = self._booked.get(_service_name(cell))
        if booked is None:
            known = ", ".join(sorted(booked.name for booked in self._booked.values()))
            raise CellRefused(
                "unknown_service",
                "The house knows no service of this name.",
                f"Write one of: {known}.",
            )
        return booked


class _SlotReader(_Reader):
    """Reads times that an authority's own booking system gave: a desk or a service, a start, how many minutes.

    Its references are kept apart from those of other authorities by the authority's code before them. Without a reference the
    desk and the start are one: two parties never share both.
    """

    def _find(self, names: list[str]) -> Mapping[str, int]:
        found = _columns(names, ("Tid", _MINUTES), (*(c for c in _NEEDED if c != "Tid"), _DESK))
        if _DESK not in found and not {"Ydelse", "Bookingnr"} <= found.keys():
            raise ListRefused(
                "missing_column",
                f"The first row must name a column {_DESK}, or both Ydelse and Bookingnr.",
            )
        return found

    def read(self, record: Record) -> BookingRow:
        """The slot of one row; raises CellRefused."""
        row = self._row(record)
        day, starts_at = self._starts(row)
        desk = self._desk(self._cell(row, _DESK))
        service = self._service_at(self._cell(row, "Ydelse"), desk)
        authority, ref = self._house.services[service].authority, self._cell(row, "Bookingnr")
        if ref:
            ref = read_ref(ref)
        elif desk is None:
            raise CellRefused("missing_ref", "The row has no booking number and no desk.", "Write one of them.")
        else:
            ref = f"{desk}-{starts_at.astimezone(self._zone):%H%M}"
        persons, status = self._cell(row, "Antal personer"), self._cell(row, "Status")
        return BookingRow(
            ref=f"{authority}-{ref}",
            day=day,
            starts_at=starts_at,
            service=service,
            pathway=None,
            persons=read_persons(persons) if persons else 1,
            cancelled=read_status(status) if status else False,
            interpreter=reads_interpreter(self._remark(row)),
            at_desk=desk,
            minutes=read_minutes(self._cell(row, _MINUTES)),
        )

    def _starts(self, row: list[str]) -> tuple[date, datetime]:
        """A date and a time in two cells, or both in one."""
        day, time = self._cell(row, "Dato"), self._cell(row, "Tid")
        if not day:
            day, _, time = time.replace("T", " ").partition(" ")
        read = read_day(day)
        return read, to_utc(read, read_time(time.strip()), self._zone)

    def _desk(self, cell: str) -> str | None:
        if not cell:
            return None
        for desk in self._house.desks.values():
            if _service_name(cell) in {_service_name(name) for name in (desk.code, *desk.label.values())}:
                return desk.code
        known = ", ".join(self._house.desks)
        raise CellRefused("unknown_desk", "The house has no desk of this name.", f"Write one of: {known}.")

    def _service_at(self, cell: str, desk: str | None) -> str:
        """The service that is named; where none is, what the desk does first."""
        if not cell and desk is not None:
            return self._house.desks[desk].services[0]
        found = self._booked.get(_service_name(cell))
        services = self._house.services.values()
        named = [s.code for s in services if _service_name(cell) in {_service_name(n) for n in _names(s)}]
        service = found.service if found else named[0] if named else None
        if service is None:
            known = ", ".join(self._house.services)
            raise CellRefused("unknown_service", "The house knows no service of this name.", f"Write one of: {known}.")
        if desk is not None and service not in self._house.desks[desk].services:
            does = ", ".join(self._house.desks[desk].services)
            raise CellRefused("not_at_this_desk", "This desk does not do this service.", f"At this desk: {does}.")
        return service


def _names(service: Service) -> tuple[str, ...]:
    return service.code, *service.label.values(), *service.short.values()


def _service_name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
