"""CPR numbers are found however they are written, and nothing else is taken for one."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.privacy import REDACTED, TextRefused, free_text, holds_cpr, redact

SEPARATORS = [
    "",
    "-",
    " ",
    ".",
    " - ",
    "\u2013",
    "\u2014",
    "\u2011",
    "\u2212",
    "\u00a0",
    "\u202f",
    "\t",
    "\u00ad",
    "/",
]


@st.composite
def dates_of_birth(draw: st.DrawFn) -> tuple[str, str, str]:
    day = draw(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
    replacement = draw(st.booleans())
    return f"{day.day + 60 * replacement:02}", f"{day.month:02}", f"{day.year % 100:02}"


@st.composite
def cpr_numbers(draw: st.DrawFn) -> str:
    """A CPR number as somebody may write it: with or without separators, in any script's digits."""
    between = draw(st.sampled_from(["", "-", ".", "/", " ", "\u00a0", "\u200b"]))
    born = between.join(draw(dates_of_birth()))
    number = born + draw(st.sampled_from(SEPARATORS)) + f"{draw(st.integers(0, 9999)):04}"
    zero = draw(st.sampled_from("0\uff10\u0660\u0966"))
    return "".join(chr(ord(zero) + int(c)) if c.isdecimal() else c for c in number)


def without_a_digit_at(text: str, place: int) -> bool:
    return not text or not text[place].isdigit()


SURROUNDINGS = st.text(max_size=20)


@given(
    SURROUNDINGS.filter(lambda t: without_a_digit_at(t, -1)),
    cpr_numbers(),
    SURROUNDINGS.filter(lambda t: without_a_digit_at(t, 0)),
)
@example("tlf 31124567 ", "010190-1234", " 20")
@example("25-11-2026 ", "710190 1234", "")
def test_a_cpr_number_is_found_in_any_text_and_however_it_is_written(before: str, number: str, after: str) -> None:
    assert holds_cpr(before + number + after)


@given(SURROUNDINGS, cpr_numbers(), SURROUNDINGS)
def test_what_is_redacted_holds_no_cpr_number_any_more(before: str, number: str, after: str) -> None:
    assert not holds_cpr(redact(before + number + after))


@pytest.mark.parametrize(
    "text",
    [
        "0101901234",
        "CPR0101901234",
        "cpr: 010190 - 1234.",
        "01 01 90 12 34",
        "01-01-90-12-34",
        "010190 12 34",
        "0 1 0 1 9 0 - 1 2 3 4",
        "01-01-1990-1234",
        "01011990-1234",
        "010190\n1234",
        "010190 (1234)",
        "610190-1234",
        "910190-1234",
        "290200-1234",
    ],
)
def test_the_ways_people_write_a_cpr_number_are_all_found(text: str) -> None:
    assert holds_cpr(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31124567",
        "31 12 45 67",
        "+45 31 12 45 67",
        "+4531124567",
        "004531124567",
        "ring 31124567 eller 30112233",
        "N982388",
        "N982388;25-11-2026;08:30;EU-opholdsdokument;2;Booket;",
        "25-11-2026",
        "25-11-2026 0830",
        "25.11.26 kl. 08.30",
        "25.11.26 08.30",
        "25-11-26 08:30",
        "2026-11-25T08:30:00.101190Z",
        "20261125083000",
        "DK50 0040 0440 1162 43",
        "DK5000400440116243",
        "DE89 3704 0512 0130 00",
        "NO9301011117947",
        "320190-1234",
        "300290-1234",
        "920190-1234",
        "000190-1234",
        "011390-1234",
        "010090-1234",
        "010190-123",
        "010190-12345",
        "9220 Aalborg, 2. sal",
        "1 2 3 4 5 6 7 8 9 0",
    ],
)
def test_phone_numbers_dates_booking_numbers_and_accounts_are_not_taken_for_one(
    text: str,
) -> None:
    assert not holds_cpr(text)


@given(st.integers(10_000_000, 99_999_999))
def test_no_danish_phone_number_is_taken_for_one(phone: int) -> None:
    digits = str(phone)
    pairs = " ".join(digits[i : i + 2] for i in range(0, 8, 2))
    assert not any(holds_cpr(text) for text in (digits, f"+45{digits}", f"+45 {digits}", pairs, f"+45 {pairs}"))


def test_only_the_number_is_redacted() -> None:
    assert redact("a 010190-1234, b 01.01.90 1234!") == f"a {REDACTED}, b {REDACTED}!"
    assert redact("N982388 at 31124567") == "N982388 at 31124567"


def test_overlapping_readings_are_redacted_once() -> None:
    assert redact("x 01 01 90 12 34 y") == f"x {REDACTED} y"
    assert not holds_cpr(redact("01 01 01 01 90 1234"))


def test_a_free_text_is_given_back_without_surrounding_blanks() -> None:
    assert free_text("  tager bussen\r\nkl. 12 👨‍👩‍👧 ", 40) == "tager bussen\nkl. 12 👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hun hedder 010190-1234", "cpr_in_text"),
        ("x" * 11, "text_too_long"),
        ("a\x00b", "text_has_control"),
        ("a\x9bb", "text_has_control"),
        ("a\u202eb", "text_has_control"),
        ("a\u2066b", "text_has_control"),
        ("a\ud800b", "text_has_control"),
    ],
)
def test_a_refused_text_is_named_by_code_and_never_repeated(text: str, code: str) -> None:
    with pytest.raises(TextRefused) as refused:
        free_text(text, 10)
    assert refused.value.code == code
    assert text not in f"{refused.value} {refused.value.detail} {refused.value!r}"


def test_a_text_of_just_the_limit_is_taken() -> None:
    assert free_text("x" * 10, 10) == "x" * 10
