"""Times that Citizen Services' own booking system gave: the same list and tolerance as SIRI's, other columns."""

import pytest

from app.domain.booking_list import BookingRow, ListRefused, read_bookings
from tests.builders import aalborg
from tests.screens.day import clock

HEAD = "Skranke;Dato;Tid;Minutter"


def rows(text: str) -> tuple[BookingRow, ...]:
    return read_bookings(text.encode(), aalborg()).bookings


def rejected(text: str) -> list[tuple[int, str]]:
    return [(r.line, r.code) for r in read_bookings(text.encode(), aalborg()).rejected]


def test_a_desk_a_start_and_minutes_are_enough() -> None:
    (row,) = rows(f"{HEAD}\ncs-2;25-11-2026;10:30;20\n")
    assert (row.ref, row.service, row.at_desk, row.minutes, row.starts_at, row.persons) == (
        "cs-cs-2-1030", "cs.cpr", "cs-2", 20.0, clock("10:30"), 1,
    )  # fmt: skip


def test_a_service_and_a_reference_bind_no_desk() -> None:
    (row,) = rows("Reference,Service,Start,Duration\nA7,MitID,2026-11-25 10:30,0:30\n")
    assert (row.ref, row.service, row.at_desk, row.minutes, row.starts_at) == (
        "cs-A7", "cs.mitid", None, 30.0, clock("10:30"),
    )  # fmt: skip


def test_desks_and_services_are_known_by_code_and_by_label_in_any_language() -> None:
    text = "Skranke;Ydelse;Dato;Tid;Minutter\nBorgerservice 3;Skattekort;25-11-2026;10.30;15 min\nTax;cs.tax;25-11-2026;11.00;15\n"
    assert [(r.at_desk, r.service) for r in rows(text)] == [("cs-3", "cs.tax"), ("tax-1", "cs.tax")]


def test_status_persons_and_remark_are_read_where_they_are() -> None:
    text = f"{HEAD};Antal personer;Status;Bemærkning\ncs-1;25-11-2026;10:30;20;3;Aflyst;tolk\n"
    (row,) = rows(text)
    assert (row.persons, row.cancelled, row.interpreter) == (3, True, True)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("cs-9;25-11-2026;10:30;20", "unknown_desk"),
        ("cs-1;25-11-2026;10:30;900", "bad_minutes"),
        ("cs-1;25-11-2026;10:30;soon", "bad_minutes"),
        ("cs-1;25-11-2026;half past;20", "bad_time"),
        (";25-11-2026;10:30;20", "unknown_service"),
        ("cs-1;25-11-2026;10:30;20;010190-1234", "cpr_in_remark"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_others_are_taken(line: str, code: str) -> None:
    text = f"{HEAD};Note\ncs-1;25-11-2026;09:00;20;\n{line}\n"
    assert len(rows(text)) == 1
    assert rejected(text) == [(3, code)]


def test_a_service_that_the_desk_does_not_do_is_refused() -> None:
    assert rejected("Skranke;Ydelse;Dato;Tid;Minutter\ncs-1;Tax;25-11-2026;10:30;20\n") == [(2, "not_at_this_desk")]


def test_a_list_that_tells_neither_desk_nor_reference_is_refused_whole() -> None:
    with pytest.raises(ListRefused, match="Skranke"):
        rows("Ydelse;Dato;Tid;Minutter\nCPR;25-11-2026;10:30;20\n")


def test_the_list_of_siri_is_read_as_before() -> None:
    (row,) = rows("Bookingnr;Dato;Tid;Ydelse;Antal personer;Status\nN1;25-11-2026;10:30;Biometri;1;Booket\n")
    assert (row.ref, row.at_desk, row.minutes) == ("N1", None, None)
