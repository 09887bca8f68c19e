"""A season from a spreadsheet: what it says is taken, and every row that cannot be is named with its line and a code."""

import pytest

from app.domain.delimited import ListRefused
from app.domain.programme import Occasion
from app.domain.season import read_season
from tests.builders import aalborg

HEAD = "Kode;Dato;Start;Slut;Titel;Sted"
GOOD = "talk;01-03-2027;17:00;19:00;Aften;Nordkraft"


def taken(text: str) -> tuple[Occasion, ...]:
    return read_season(text.encode(), aalborg()).occasions


def test_six_columns_are_enough_and_danish_stands_in_for_english() -> None:
    (found,) = taken(f"{HEAD}\n{GOOD}\n")
    assert (found.code, found.title, found.capacity, found.cancelled, found.audience) == (
        "talk", {"da": "Aften", "en": "Aften"}, None, False, frozenset(),
    )  # fmt: skip


def test_an_english_title_places_audience_and_status_are_read_where_they_are() -> None:
    head = "Code;Date;Start;End;Titel;Venue;Title (English);Capacity;Audience;Status"
    (found,) = taken(f"{head}\n{GOOD};Evening;20;spouse, nordic;Aflyst\n")
    assert (found.title["en"], found.capacity, found.audience, found.cancelled) == (
        "Evening", 20, {"spouse", "nordic"}, True,
    )  # fmt: skip


def test_the_same_row_twice_is_one_event() -> None:
    assert len(taken(f"{HEAD}\n{GOOD}\n{GOOD}\n")) == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (GOOD.replace("Aften", "Morgen"), "duplicate_code"),
        ("late;01-03-2027;17:00;19:00;;Nordkraft", "missing_text"),
        ("late;01-03-2027;17:00;19:00;Aften", "missing_text"),
        ("no spaces;01-03-2027;17:00;19:00;Aften;Nordkraft", "bad_code"),
        (";01-03-2027;17:00;19:00;Aften;Nordkraft", "bad_code"),
        ("late;31-02-2027;17:00;19:00;Aften;Nordkraft", "bad_date"),
        ("late;01-03-2027;noon;19:00;Aften;Nordkraft", "bad_time"),
        ("late;28-03-2027;02:30;04:00;Aften;Nordkraft", "bad_time"),
        ("late;01-03-2027;17:00;19:00;Ring 010190-1234;Nordkraft", "cpr_in_text"),
        ('late;01-03-2027;17:00;19:00;"Aften;Nordkraft', "bad_quotes"),
        ("late;01-03-2027;17:00;19:00;Aften;Nordkraft;many", "bad_capacity"),
        ("late;01-03-2027;17:00;19:00;Aften;Nordkraft;;nobody", "unknown_audience"),
        ("late;01-03-2027;17:00;19:00;Aften;Nordkraft;;;perhaps", "unknown_status"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_others_are_taken(row: str, code: str) -> None:
    text = f"{HEAD};Pladser;Målgruppe;Status\n{GOOD}\n{row}\n"
    found = read_season(text.encode(), aalborg())
    assert [o.code for o in found.occasions] == ["talk"]
    assert [(r.line, r.code) for r in found.rejected] == [(3, code)]


@pytest.mark.parametrize(
    ("head", "code", "named"),
    [
        (HEAD.replace(";Sted", ""), "missing_column", "Sted"),
        (f"{HEAD};Lokation", "ambiguous_column", "Sted"),
    ],
)
def test_a_header_that_cannot_be_understood_refuses_the_list_and_says_which_column(
    head: str, code: str, named: str
) -> None:
    with pytest.raises(ListRefused) as refused:
        taken(f"{head}\n{GOOD}\n")
    assert refused.value.code == code
    assert named in refused.value.detail
