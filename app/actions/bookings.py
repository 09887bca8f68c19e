"""Bookings: take a list in. The same list again changes nothing."""

from dataclasses import dataclass
from datetime import date

from app.domain.booking_list import BookingList, BookingRow
from app.domain.events import Kind
from app.domain.floor import Booking
from app.domain.ids import iso
from app.store.work import Work


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list changed."""

    imported: int
    updated: int
    cancelled: int


def import_bookings(work: Work, listed: BookingList) -> Imported:
    """Enter the good rows of a list, each on its own date; a booking that has checked in keeps its visit."""
    counts = {"imported": 0, "updated": 0, "cancelled": 0}
    for row in listed.bookings:
        known = work.floor_of(row.day).bookings.get(row.ref)
        wanted = _booking(row, known)
        if known == wanted:
            continue
        if row.cancelled:
            counts["cancelled"] += 1
        else:
            counts["updated" if known else "imported"] += 1
        list_booking(work, row.day, wanted)
    return Imported(**counts)


def _booking(row: BookingRow, known: Booking | None) -> Booking:
    visit = known.visit if known else None
    return Booking(
        ref=row.ref,
        service=row.service,
        pathway=row.pathway,
        starts_at=row.starts_at,
        persons=row.persons,
        cancelled=row.cancelled,
        interpreter=row.interpreter,
        visit=visit,
        at_desk=None
        if visit and known and known.at_desk is None
        else row.at_desk,  # let go: the list does not bind it again
        minutes=row.minutes,
    )


def list_booking(work: Work, day: date, booking: Booking) -> None:
    """Say that somebody is expected on a date."""
    work.record(
        Kind.BOOKING_LISTED,
        day=day,
        ref=booking.ref,
        service=booking.service,
        pathway=booking.pathway,
        starts_at=iso(booking.starts_at),
        persons=booking.persons,
        cancelled=booking.cancelled,
        interpreter=booking.interpreter,
        services=list(booking.services),
        came_from=booking.came_from,
        at_desk=booking.at_desk,
        minutes=booking.minutes,
    )
