"""Reading a house file: what a good one gives, and how each mistake is explained."""

from datetime import date, time
from pathlib import Path

import pytest

from app.domain.house import Hours, House, words
from app.houses.mistakes import HouseRefused, Mistake
from app.houses.reading import SAMPLE, load, read_house
from app.houses.report import check_report
from tests.houses.wrong import ONE_MISTAKE

GOOD = SAMPLE.read_text(encoding="utf-8")


def changed(old: str, new: str) -> tuple[str, int]:
    """The sample house with the first `old` replaced, and the line of that place."""
    assert old in GOOD
    return GOOD.replace(old, new, 1), GOOD[: GOOD.index(old)].count("\n") + 1


def mistakes_of(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(HouseRefused) as refused:
        read_house(text, "house.toml")
    return refused.value.mistakes


@pytest.fixture(scope="module")
def aalborg() -> House:
    return load(SAMPLE)


def test_the_sample_house_is_good(aalborg: House) -> None:
    assert aalborg.site == "aalborg"
    assert list(aalborg.services) == [
        "siri.residence",
        "siri.biometrics",
        "ihnd.reception",
        "ihnd.career",
        "cs.cpr",
        "cs.doctor",
        "cs.tax",
        "cs.mitid",
    ]


def test_the_codes_that_outsiders_rely_on_are_all_there(aalborg: House) -> None:
    pathways = (
        "eu_worker eu_student eu_self_sufficient eu_family nordic third_country biometrics spouse researcher "
        "frontier short_stay career returning refer_home"
    )
    desks = "siri-1 siri-2 ihnd-1 ihnd-2 career-1 cs-1 cs-2 cs-3 tax-1"
    assert set(aalborg.pathways) == set(pathways.split())
    assert [desk.code for desk in aalborg.desks.values() if not desk.only] == desks.split()
    assert aalborg.services["siri.residence"].outcomes == ("issued", "pending", "refused")


def test_the_citizen_reads_every_service_and_paper_in_every_language_of_the_house(aalborg: House) -> None:
    labels = [service.label for service in aalborg.services.values()] + [
        paper.label for paper in aalborg.papers.values()
    ]
    assert [label["en"] for label in labels if set(label) != set(aalborg.languages)] == []


def test_a_wording_that_is_missing_is_read_in_english(aalborg: House) -> None:
    label = aalborg.pathways["nordic"].label
    assert words({code: text for code, text in label.items() if code != "pl"}, "pl") == "Nordic citizen"


def test_hours_are_read_as_wall_clock_times(aalborg: House) -> None:
    monday, tuesday, *_ = aalborg.authorities["cs"].week
    assert (monday, tuesday) == ((Hours(time(8, 30), time(15)),), ())


def test_reading_twice_gives_equal_houses(aalborg: House) -> None:
    assert read_house(GOOD, "again.toml") == aalborg


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path, aalborg: House) -> None:
    path = tmp_path / "house.toml"
    path.write_text(GOOD, encoding="utf-8-sig", newline="\r\n")
    assert load(path) == aalborg


def test_a_file_that_is_not_utf8_is_refused_at_its_first_strange_letter(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_bytes(b'[house]\nname.da = "K\xf8benhavn"\n')
    ok, lines = check_report(path)
    assert not ok
    assert lines[0].startswith("house.toml:2: not_utf8:")


@pytest.mark.parametrize("case", ONE_MISTAKE)
def test_a_mistake_is_explained_with_its_line_and_remedy(case: str) -> None:
    old, new, below, code, remedy = ONE_MISTAKE[case]
    text, line = changed(old, new)
    (mistake, *more) = [found for found in mistakes_of(text) if found.code == code]
    assert not more
    assert below is None or mistake.line == line + below
    assert remedy in mistake.remedy


def test_a_service_that_no_desk_serves_is_explained_where_the_service_stands() -> None:
    text, _ = changed('services = ["ihnd.career"]', "services = []")
    line = GOOD[: GOOD.index('code = "ihnd.career"')].count("\n")
    assert [(found.line, found.code) for found in mistakes_of(text)] == [(line, "service_without_desk")]


def test_a_paper_without_any_label_is_explained_where_the_paper_stands() -> None:
    start = GOOD.index('[[paper]]\ncode = "witness"')
    label = GOOD[GOOD.index("label.da", start) : GOOD.index("hint.da", start)]
    (mistake,) = mistakes_of(GOOD.replace(label, "", 1))
    assert (mistake.line, mistake.code) == (GOOD[:start].count("\n") + 1, "paper_without_label")


def test_services_that_require_each_other_are_a_circle_told_once() -> None:
    text, line = changed('unlocking = ["issued"]\n', 'unlocking = ["issued"]\nrequires = [{ service = "cs.doctor" }]\n')
    (mistake,) = [found for found in mistakes_of(text) if found.code == "circular_requirement"]
    assert mistake.line == line + 1
    assert mistake.what.startswith("siri.residence requires cs.doctor requires cs.cpr requires siri.residence:")


def test_a_service_that_requires_itself_is_a_circle() -> None:
    text, line = changed('requires = [{ service = "cs.cpr" }]', 'requires = [{ service = "cs.doctor" }]')
    (mistake,) = mistakes_of(text)
    assert (mistake.line, mistake.code) == (line, "circular_requirement")


def test_text_that_is_not_toml_is_refused_at_its_line() -> None:
    text, line = changed('site = "aalborg"', 'site = "aalborg')
    (mistake,) = mistakes_of(text)
    assert (mistake.line, mistake.code) == (line, "toml_syntax")


def test_toml_that_ends_too_early_is_refused_at_its_last_line() -> None:
    (mistake,) = mistakes_of('[house]\nlanguages = ["da",\n')
    assert (mistake.line, mistake.code) == (3, "toml_syntax")


def test_an_empty_file_is_refused_and_not_crashed_on() -> None:
    codes = {mistake.code for mistake in mistakes_of("")}
    assert "missing_key" in codes


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    text = GOOD.replace("step_outs = 2", "step_outs = -2").replace('"cs.doctor"]', '"cs.dokter"]', 1)
    found = mistakes_of(text.replace('timezone = "Europe/Copenhagen"', "timezone = 1"))
    assert [mistake.code for mistake in found[:2]] == ["wrong_type", "too_small"]
    assert "unknown_service" in {mistake.code for mistake in found}
    assert [mistake.line for mistake in found] == sorted(mistake.line for mistake in found)


def test_the_report_names_file_line_code_and_remedy(tmp_path: Path) -> None:
    text, line = changed('services = ["cs.cpr", "cs.doctor", "cs.mitid"]', 'services = ["cs.crp"]')
    path = tmp_path / "aalborg.toml"
    path.write_text(text, encoding="utf-8")
    told = 'unknown_service: desk cs-2 serves "cs.crp", which no [[service]] declares. Did you mean "cs.cpr"?'
    assert check_report(path) == (False, [f"aalborg.toml:{line}: {told}"])


def test_the_report_of_a_good_file_says_what_is_in_it() -> None:
    ok, (line,) = check_report(SAMPLE)
    assert ok
    assert "Site aalborg: 3 authorities, 8 services" in line


def test_the_report_of_a_missing_file_says_so(tmp_path: Path) -> None:
    ok, (line,) = check_report(tmp_path / "nowhere.toml")
    assert not ok
    assert "cannot be read" in line


def test_extra_desks_are_staffed_on_the_open_day_alone(aalborg: House) -> None:
    assert aalborg.desks["siri-3"].only == {date(2027, 8, 25)}
