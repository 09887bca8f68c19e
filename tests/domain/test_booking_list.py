"""A booking list is read however a spreadsheet wrote it; bad rows are named, good ones taken, remarks not kept."""

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.booking_list import (
    BookingList,
    BookingRow,
    ListRefused,
    Rejection,
    read_bookings,
)
from app.domain.house import BookedService, House

BOOKED = (
    BookedService("EU-opholdsdokument", "siri.residence", None),
    BookedService("EU-familiemedlem", "siri.residence", "eu_family"),
    BookedService("Biometri", "siri.biometrics", "biometrics"),
    BookedService("Ærinde på dansk", "ihnd.career", "career"),
)
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
HEADER = "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status;Bemærkning"
GOOD = "N982388;25-11-2026;08:30;EU-opholdsdokument;2;Booket;"


def house(**known: Any) -> House:
    """A house of which only what a booking list needs is set."""
    given: dict[str, Any] = dict.fromkeys(field.name for field in fields(House))
    return House(**given | {"booked": BOOKED, "timezone": "Europe/Copenhagen"} | known)


def read(text: str, encoding: str = "utf-8") -> BookingList:
    return read_bookings(text.encode(encoding), house())


def read_rows(*rows: str) -> BookingList:
    return read("\r\n".join([HEADER, *rows, ""]))


def read_row(**changed: str) -> BookingList:
    """The list with one row, in which only these cells differ from a good one."""
    names = ["ref", "day", "time", "service", "persons", "status", "remark"]
    cells = dict(zip(names, GOOD.split(";"), strict=True)) | changed
    return read_rows(";".join(cells[name] for name in names))


def only(bookings: BookingList) -> BookingRow:
    assert bookings.rejected == ()
    (booking,) = bookings.bookings
    return booking


def refusal(bookings: BookingList) -> Rejection:
    assert bookings.bookings == ()
    (rejection,) = bookings.rejected
    return rejection


def refused(raw: bytes) -> ListRefused:
    with pytest.raises(ListRefused) as caught:
        read_bookings(raw, house())
    return caught.value


def test_a_row_becomes_a_booking_with_its_moment_in_utc() -> None:
    assert only(read_rows(GOOD)) == BookingRow(
        ref="N982388",
        day=date(2026, 11, 25),
        starts_at=datetime(2026, 11, 25, 7, 30, tzinfo=UTC),
        service="siri.residence",
        pathway=None,
        persons=2,
        cancelled=False,
        interpreter=False,
    )


def test_a_list_of_nothing_but_its_header_holds_no_bookings() -> None:
    assert read(HEADER) == BookingList((), ())


def test_cancelled_rows_are_counted() -> None:
    bookings = read_rows(GOOD, GOOD.replace("N982388", "N1").replace("Booket", "Aflyst"))
    assert (len(bookings.bookings), bookings.cancelled) == (2, 1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("25-11-2026", date(2026, 11, 25)),
        ("25.11.2026", date(2026, 11, 25)),
        ("25/11/2026", date(2026, 11, 25)),
        ("25-11-26", date(2026, 11, 25)),
        ("5.1.26", date(2026, 1, 5)),
        (" 2026-11-25 ", date(2026, 11, 25)),
        ("2026-11-25 00:00:00", date(2026, 11, 25)),
        ("25-11-2026 00:00", date(2026, 11, 25)),
    ],
)
def test_dates_are_read_as_danes_write_them(written: str, meant: date) -> None:
    assert only(read_row(day=written)).day == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "31-11-2026",
        "29.02.2027",
        "11/25/2026",
        "2026-25-11",
        "25-11-1926",
        "25",
        "i morgen",
        "٢٥-١١-٢٠٢٦",
    ],
)
def test_what_is_no_date_is_refused(written: str) -> None:
    assert refusal(read_row(day=written)).code == "bad_date"


@pytest.mark.parametrize(
    "written",
    [
        "08:30",
        "8:30",
        "8.30",
        "0830",
        "830",
        "kl. 8.30",
        "Kl 08:30",
        "klokken 8:30",
        "08:30:00",
    ],
)
def test_times_are_read_as_danes_write_them(written: str) -> None:
    assert only(read_row(time=written)).starts_at == datetime(2026, 11, 25, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "8", "24:00", "08:60", "08:30:30", "08:30-08:50", "0,354", "morgen"])
def test_what_is_no_time_is_refused(written: str) -> None:
    assert refusal(read_row(time=written)).code == "bad_time"


def test_a_time_that_clocks_skip_is_refused() -> None:
    rejection = refusal(read_row(day="28-03-2027", time="02:30"))
    assert (rejection.code, "forward" in rejection.detail) == ("bad_time", True)


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    assert only(read_row(day="31-10-2027", time="02:30")).starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("written", "meant"), [("1", 1), ("20", 20), ("02", 2), ("3,0", 3), ("4.00", 4)])
def test_persons_are_read(written: str, meant: int) -> None:
    assert only(read_row(persons=written)).persons == meant


@pytest.mark.parametrize("written", ["", "0", "21", "-1", "2,5", "to", "²", "9" * 5000])
def test_a_party_of_none_or_of_more_than_twenty_is_refused(written: str) -> None:
    assert refusal(read_row(persons=written)).code == "bad_persons"


@pytest.mark.parametrize(
    ("written", "cancelled"),
    [
        ("Booket", False),
        (" BOOKET ", False),
        ("booked", False),
        ("Bekræftet", False),
        ("Aflyst", True),
        ("Cancelled", True),
        ("canceled", True),
        ("Udeblevet", True),
        ("No-show", True),
    ],
)
def test_a_status_says_whether_somebody_is_expected(written: str, cancelled: bool) -> None:
    assert only(read_row(status=written)).cancelled is cancelled


@pytest.mark.parametrize("written", ["", "måske", "Flyttet"])
def test_an_unknown_status_is_refused_rather_than_guessed(written: str) -> None:
    assert refusal(read_row(status=written)).code == "unknown_status"


@pytest.mark.parametrize("written", ["Biometri", " biometri ", "BIOMETRI"])
def test_a_service_is_known_by_its_name_in_the_house_file(written: str) -> None:
    booking = only(read_row(service=written))
    assert (booking.service, booking.pathway) == ("siri.biometrics", "biometrics")


def test_an_unknown_service_is_refused_with_the_names_that_are_known() -> None:
    rejection = refusal(read_row(service="Kørekort"))
    assert rejection.code == "unknown_service"
    assert all(booked.name in rejection.remedy for booked in BOOKED)


@pytest.mark.parametrize(
    ("written", "code"),
    [("", "missing_ref"), ("N 1", "bad_ref"), ("Ø1", "bad_ref"), ("N" * 33, "bad_ref")],
)
def test_a_booking_needs_a_number_that_can_be_read(written: str, code: str) -> None:
    assert refusal(read_row(ref=written)).code == code


@pytest.mark.parametrize(
    "remark",
    ["010190-1234", "cpr 0101901234", "hr. X, 01.01.90 1234", "７１０１９０–1234"],
)
def test_a_row_whose_remark_holds_a_cpr_number_is_refused_without_repeating_it(
    remark: str,
) -> None:
    bookings = read_rows(GOOD.replace("N982388", "N1") + remark, GOOD)
    (rejection,) = bookings.rejected
    assert (rejection.line, rejection.code) == (2, "cpr_in_remark")
    assert remark not in repr(bookings)
    assert [booking.ref for booking in bookings.bookings] == ["N982388"]


@pytest.mark.parametrize("cell", ["ref", "day", "time", "service", "persons", "status"])
def test_a_cpr_number_is_refused_in_any_cell(cell: str) -> None:
    rejection = refusal(read_row(**{cell: "010190-1234"}))
    assert (rejection.code, "0101" in repr(rejection)) == ("cpr_in_remark", False)


def test_a_cpr_number_is_refused_in_a_column_nobody_asked_for() -> None:
    text = f"{HEADER};Personnummer\n{GOOD};010190-1234\n"
    assert refusal(read(text)).code == "cpr_in_remark"


def test_a_cpr_number_is_found_in_a_windows_file_with_a_windows_dash() -> None:
    assert refusal(read(f"{HEADER}\n{GOOD}010190–1234", "cp1252")).code == "cpr_in_remark"


def test_figures_of_two_cells_are_not_read_as_one_number() -> None:
    assert only(read_row(ref="251126", day="25-11-26", time="0830")).ref == "251126"


@pytest.mark.parametrize(
    "remark",
    [
        "Har tolk med",
        "TOLK",
        "skal bruge tolk: polsk",
        "telefontolk",
        "needs an interpreter",
        "Taler ikke dansk og skal have tolk",
    ],
)
def test_an_interpreted_sitting_is_foreseen_whoever_brings_the_interpreter(
    remark: str,
) -> None:
    assert only(read_row(remark=remark)).interpreter


@pytest.mark.parametrize(
    "remark",
    [
        "",
        "kørestol",
        "ingen tolk",
        "uden  tolk",
        "ikke behov for tolk",
        "tolk: nej",
        "tolk ikke nødvendig",
        "no interpreter",
        "doesn’t need an interpreter",
        "interpreter not needed",
        "fortolkning af reglen",
        "gravid",
    ],
)
def test_a_remark_that_asks_for_no_interpreter_leaves_no_trace(remark: str) -> None:
    assert read_row(remark=remark) == read_row()


def test_a_remark_is_never_kept() -> None:
    bookings = read_rows(GOOD + "kørestol, gravid, Anna Jensen")
    assert not any(word in repr(bookings) for word in ("kørestol", "gravid", "Anna"))


def test_a_refusal_repeats_no_cell_of_the_list() -> None:
    names = ["ref", "day", "time", "service", "persons", "status"]
    assert not any("Åse" in repr(read_row(**{name: "Åse!"})) for name in names)


def test_each_bad_row_is_named_by_its_line_in_the_file_and_the_good_ones_are_taken() -> None:
    bookings = read_rows(
        "",
        "N1;25-11-2026;?;Biometri;1;Booket;",
        ";;;;;;",
        GOOD,
        "N2;x;08:30;Biometri;1;Booket;",
    )
    assert [(rejection.line, rejection.code) for rejection in bookings.rejected] == [
        (3, "bad_time"),
        (6, "bad_date"),
    ]
    assert [booking.ref for booking in bookings.bookings] == ["N982388"]
    assert all(rejection.detail and rejection.remedy for rejection in bookings.rejected)


def test_lines_are_counted_as_the_file_has_them_also_after_a_remark_of_several_lines() -> None:
    bookings = read_rows(GOOD + '"tolk\r\npolsk"', "N2;x;08:30;Biometri;1;Booket;")
    assert [rejection.line for rejection in bookings.rejected] == [4]
    assert bookings.bookings[0].interpreter


def test_the_same_row_twice_is_taken_once() -> None:
    assert only(read_rows(GOOD, GOOD)).ref == "N982388"


def test_of_two_rows_that_disagree_the_later_is_refused() -> None:
    bookings = read_rows(GOOD, GOOD.replace("08:30", "09:10"))
    assert [(rejection.line, rejection.code) for rejection in bookings.rejected] == [(3, "duplicate_ref")]
    assert bookings.bookings[0].starts_at.hour == 7


def test_a_row_that_was_refused_does_not_block_a_better_one() -> None:
    bookings = read_rows(GOOD.replace("08:30", "?"), GOOD)
    assert [booking.ref for booking in bookings.bookings] == ["N982388"]


def test_a_quotation_mark_that_never_ends_costs_one_row_only() -> None:
    bookings = read_rows(GOOD.replace("N982388", "N1") + '"tolk', *[GOOD] * 20)
    assert [(rejection.line, rejection.code) for rejection in bookings.rejected] == [(2, "bad_quotes")]
    assert [booking.ref for booking in bookings.bookings] == ["N982388"]


def test_quotation_marks_within_a_cell_are_read() -> None:
    assert only(read_rows(GOOD + '"kaldes ""Bo""; tolk"')).interpreter
    assert only(read_rows(GOOD + '5" skærm; tolk')).interpreter


def test_a_delimiter_that_nobody_quoted_in_the_remark_loses_nothing() -> None:
    assert only(read_rows(GOOD + "kommer tidligt; tolk")).interpreter


def test_a_row_wider_than_its_header_is_refused_where_the_cells_may_have_moved() -> None:
    text = "Note;Bookingnr;Dato;Tid;Ydelse;Antal;Status;\n;N1;25-11-2026;08:30;Biometri;1;Booket;;x\n"
    assert refusal(read(text)).code == "extra_cells"


def test_a_row_cut_short_is_refused_by_what_it_lacks() -> None:
    assert refusal(read_rows("N1;25-11-2026;08:30")).code == "unknown_service"


def test_blank_trailing_columns_are_no_columns() -> None:
    assert only(read(f"{HEADER};;\n{GOOD};;\n")) == only(read_rows(GOOD))


def test_columns_may_come_in_any_order_and_others_are_passed_over() -> None:
    header = "Sagsbehandler,STATUS,Persons,Service,Time,Date,Booking"
    text = f"{header}\nBo,booked,2,EU-opholdsdokument,08:30,2026-11-25,N982388\n"
    assert only(read(text)) == only(read_rows(GOOD))


@pytest.mark.parametrize(
    "header",
    [
        "bookingnr;dato;kl.;ydelse;antal;status;bemaerkning",
        "BOOKINGNR;DATO;KLOKKESLÆT;YDELSE;ANTAL PERSONER;STATUS;BEMÆRKNING",
        "Booking;Mødedato;Mødetid;Ydelse;Personer;Status;Note",
        "Booking no.;Date;Start time;Service;Number of persons;Status;Remarks",
        '"Bookingnr";"Dato";"Tid";"Ydelse";"Antal\npersoner";"Status";"Bem?rkning"',
    ],
)
def test_columns_are_known_by_many_names(header: str) -> None:
    assert only(read(f"{header}\n{GOOD}tolk\n")).interpreter


def test_letters_put_together_of_two_characters_are_the_same_letters() -> None:
    text = f"{HEADER}\n{GOOD}".replace("EU-opholdsdokument", "A\u030arinde").replace(
        "A\u030arinde", "Ærinde pa\u030a dansk"
    )
    assert only(read(text)).service == "ihnd.career"


def test_blank_rows_above_the_header_are_passed_over() -> None:
    assert only(read(f"\n;;;;;;\n{HEADER}\n{GOOD}\n")).ref == "N982388"


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;"])
def test_the_line_that_names_the_delimiter_is_no_header_and_still_counts(
    line: str,
) -> None:
    bookings = read(f"{line}\r\n{HEADER}\r\n{GOOD}\r\nN1;?\r\n")
    assert [rejection.line for rejection in bookings.rejected] == [4]
    assert bookings.bookings == read_rows(GOOD).bookings


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("first", ["", "sep=;\r\n"])
def test_danish_letters_are_read_in_every_encoding_a_spreadsheet_writes(encoding: str, first: str) -> None:
    row = GOOD.replace("EU-opholdsdokument", "Ærinde på dansk")
    assert only(read(f"{first}{HEADER}\r\n{row}TOLK\r\n", encoding)).interpreter


def test_utf_16_is_read_in_both_orders() -> None:
    big = b"\xfe\xff" + f"{HEADER}\r\n{GOOD}".encode("utf-16-be")
    assert only(read_bookings(big, house())).ref == "N982388"


def test_a_windows_apostrophe_does_not_make_a_dos_file_of_it() -> None:
    assert only(read(f"{HEADER}\n{GOOD}it’s – ok", "cp1252")).ref == "N982388"


def test_the_end_mark_of_an_old_file_is_no_row() -> None:
    assert only(read(f"{HEADER}\r\n{GOOD}\r\n\x1a")).ref == "N982388"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf \r\n\r\n", "empty_file"),
        (b"sep=;\r\n", "empty_file"),
        (b"PK\x03\x04 a workbook", "not_a_table"),
        (b"<html><table>", "not_a_table"),
        (b"%PDF-1.7", "not_a_table"),
        (b"Kaere kollega\nher er listen", "not_a_table"),
        (b'Bookingnr;"Dato;Tid', "not_a_table"),
        (b"Bookingnr\nN1", "not_a_table"),
        (b"Bookingnr;Dato;Tid;Ydelse;Status\n", "missing_column"),
        (b"N982388;25-11-2026;08:30;Biometri;1;Booket;\n", "missing_column"),
        (b"Bookingnr;Dato;Date;Tid;Ydelse;Antal;Status\n", "ambiguous_column"),
        (b"Bookingnr;Dato\x00", "unreadable_encoding"),
        (b"\xff\xfea", "unreadable_encoding"),
        (b"\xef\xbb\xbfBookingnr;\xff", "unreadable_encoding"),
        (b"Bookingnr;Dato\n\x81", "unreadable_encoding"),
        ("Bookingnr;Bemærkning\n".encode() + b"\xe6", "unreadable_encoding"),
        (b"x" * (2 * 1024 * 1024 + 1), "too_large"),
        (b"\n" * 50_000, "too_large"),
    ],
)
def test_what_is_no_booking_list_is_refused_whole_with_a_reason(raw: bytes, code: str) -> None:
    assert refused(raw).code == code


def test_a_list_without_a_column_is_refused_by_the_name_of_the_column() -> None:
    refusal = refused(b"Bookingnr;Dato;Tid;Ydelse;Status;010190-1234\n")
    assert "Antal personer" in refusal.detail
    assert "0101" not in repr(refusal)


@given(st.binary(max_size=300))
@example(b'"\n' * 40)
def test_no_bytes_make_the_reader_fail(raw: bytes) -> None:
    for whole in (
        raw,
        HEADER.encode() + b"\n" + raw,
        HEADER.encode("cp1252") + b"\r" + raw,
        b"sep=," + raw,
    ):
        with suppress(ListRefused):
            read_bookings(whole, house())


WRITTEN = ["08.30", "kl. 9", "28-03-2027", "0230", "Aflyst", "tolk", *GOOD.split(";")]
CELLS = st.sampled_from(WRITTEN) | st.text(st.characters(exclude_characters='\r\n";\0\x1a', codec="utf-8"), max_size=8)


@given(st.lists(st.lists(CELLS, max_size=9), max_size=5))
def test_every_row_that_is_written_is_taken_or_named(rows: list[list[str]]) -> None:
    bookings = read("\n".join([HEADER, *(";".join(row) for row in rows)]))
    named = {rejection.line for rejection in bookings.rejected}
    taken = {booking.ref for booking in bookings.bookings}
    for line, row in enumerate(rows, start=2):
        assert line in named or not "".join(row).strip() or row[0].strip() in taken


MOMENTS = st.builds(
    datetime.combine,
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.times(time(5), time(22)).map(lambda t: t.replace(second=0, microsecond=0)),
)
ROWS = st.builds(
    lambda ref, local, booked, persons, cancelled, interpreter: (
        BookingRow(
            ref=ref,
            day=local.date(),
            starts_at=local.replace(tzinfo=COPENHAGEN).astimezone(UTC),
            service=booked.service,
            pathway=booked.pathway,
            persons=persons,
            cancelled=cancelled,
            interpreter=interpreter,
        ),
        (local, booked.name),
    ),
    st.from_regex(r"N[0-9]{6}", fullmatch=True),
    MOMENTS,
    st.sampled_from(BOOKED),
    st.integers(1, 20),
    st.booleans(),
    st.booleans(),
)


def write(
    rows: Sequence[tuple[BookingRow, tuple[datetime, str]]],
    delimiter: str,
    end: str,
    quoting: Literal[0, 1],
    day: str,
) -> str:
    """The list as a spreadsheet writes it."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(HEADER.split(";"))
    for row, (local, name) in rows:
        status = "Aflyst" if row.cancelled else "Booket"
        remark = f'Har tolk med{delimiter}\n"polsk"' if row.interpreter else "kørestol"
        writer.writerow(
            [
                row.ref,
                local.strftime(day),
                local.strftime("%H:%M"),
                name,
                row.persons,
                status,
                remark,
            ]
        )
    return file.getvalue()


@given(
    st.lists(ROWS, max_size=6, unique_by=lambda pair: pair[0].ref),
    st.sampled_from(";,\t|"),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%Y-%m-%d"]),
    st.sampled_from(ENCODINGS),
)
def test_what_a_spreadsheet_writes_is_read_back_whatever_its_delimiter_and_encoding(
    rows: list[tuple[BookingRow, tuple[datetime, str]]],
    delimiter: str,
    end: str,
    quoting: Literal[0, 1],
    day: str,
    encoding: str,
) -> None:
    bookings = read(write(rows, delimiter, end, quoting, day), encoding)
    assert bookings == BookingList(tuple(row for row, _ in rows), ())


def test_a_day_of_thousands_of_rows_is_read_whole() -> None:
    start = datetime(2026, 11, 25, 8, 0)
    rows = [f"N{i};{start + timedelta(minutes=i):%d-%m-%Y;%H:%M};Biometri;1;Booket;" for i in range(300)]
    assert len(read_rows(*rows).bookings) == 300


def test_a_booking_is_told_apart_by_every_field_of_it() -> None:
    assert set(asdict(only(read_rows(GOOD)))) == {
        "ref",
        "day",
        "starts_at",
        "service",
        "pathway",
        "persons",
        "cancelled",
        "interpreter",
        "at_desk",
        "minutes",
    }
