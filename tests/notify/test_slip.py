"""The paper ticket: large enough to read, its link whole, its letters right, the house's hours last."""

from dataclasses import replace

import pytest
import segno

from app.notify import slip as paper
from app.web.render import speaking
from tests.builders import Hall, aalborg
from tests.notify.fakes import Slip, extent, read_slip

LINK = "https://front-desk.example.org/t/hxQvYlT1mQW2PzSxg0aB2w"


def printed(hall: Hall, language: str, *services: str, number: int | None = None) -> Slip:
    visit = hall.arrives(*services, language=language, number=number)
    known = hall.store.known_here("aalborg")
    say = speaking(known.house.timezone, language)
    raw = paper.slip(visit, known.picture.floor, known.house, LINK, say, hall.clock())
    return read_slip(raw)


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_number_is_at_least_18_mm_high_and_the_code_at_least_25_mm_wide(hall: Hall, language: str) -> None:
    number, code = printed(hall, language, "cs.cpr").pictures
    assert extent(number)[1] >= 18 * paper.DOTS_A_MM
    assert min(extent(code)) >= 25 * paper.DOTS_A_MM
    assert all(len(p[0]) <= 576 for p in (number, code)), "80 mm paper has 72 mm to print on"


def test_the_printed_code_is_the_link_dot_for_dot(hall: Hall) -> None:
    code = printed(hall, "en", "cs.cpr").pictures[1]
    rows = [row for row in code if "1" in row]
    left = min(row.index("1") for row in rows)
    wanted = [list(row) for row in segno.make(LINK, error="m").matrix]
    scale = extent(code)[0] // len(wanted)
    read = [[int(row[left + x * scale]) for x in range(len(wanted))] for row in rows[::scale]]
    assert read == wanted
    quiet = [row[left - 4 * scale : left] for row in rows]
    assert not any("1" in edge for edge in quiet)


def test_the_journey_stands_below_the_code_and_the_houses_hours_last(hall: Hall) -> None:
    found = printed(hall, "en", "cs.cpr", "cs.tax")
    after = found.order[len(found.order) - found.order[::-1].index("picture") :]
    house = aalborg()
    assert after[:2] == [house.services["cs.cpr"].short["en"], house.services["cs.tax"].short["en"]]
    assert after[-4].startswith("Wednesday")
    assert after[-3:] == ["Open today 08:30-15:00", house.address, house.phone]
    assert found.cut


@pytest.mark.parametrize("language", ["da", "uk", "pl", "ro", "de", "lt", "es"])
def test_every_letter_of_a_language_has_its_place_in_a_code_page(hall: Hall, language: str) -> None:
    lines = printed(hall, language, "cs.cpr", "cs.mitid", "cs.tax", "ihnd.career").lines
    house = aalborg()
    for service in ("cs.cpr", "cs.mitid", "cs.tax", "ihnd.career"):
        known = house.services[service]
        wanted = (known.short.get(language) or known.label[language]).translate(paper.PLAIN)
        assert wanted in lines
    assert not any("?" in line for line in lines), "also the date, whose spaces may be narrow ones"


@pytest.mark.skipif(paper.shaping_font() is None, reason="this machine has no font with Arabic letters")
def test_arabic_is_drawn_and_not_sent_as_letters(hall: Hall) -> None:
    found = printed(hall, "ar", "cs.cpr")
    assert len(found.pictures) > 3
    title = found.pictures[0]
    ink = [x for row in title for x, dot in enumerate(row) if dot == "1"]
    assert abs((min(ink) + max(ink)) / 2 - len(title[0]) / 2) < 8, (
        "what stands above the number stands in the middle, as it does"
    )
    assert not any(paper.ARABIC.search(line) for line in found.lines)
    assert not any("?" in line for line in found.lines)


def test_without_a_font_for_it_an_arabic_slip_is_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "shaping_font", lambda path="": None)
    assert not paper.can_print("ar")
    assert paper.can_print("da")


def test_a_number_of_four_digits_fits_across(hall: Hall) -> None:
    known = hall.store.known_here("aalborg")
    visit = hall.arrives("cs.cpr")
    raw = paper.slip(
        replace(visit, number=1024), known.picture.floor, known.house, LINK, speaking("UTC", "en"), hall.clock()
    )
    wide, high = extent(read_slip(raw).pictures[0])
    assert high >= 18 * paper.DOTS_A_MM
    assert wide < paper.WIDTH
