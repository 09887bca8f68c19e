"""Every word is said in every language it should be, with its places and plural forms, and none is kept in vain."""

import ast
import inspect
from collections.abc import Iterator
from datetime import date

import pytest
from babel.dates import format_date
from babel.messages.catalog import Catalog

from app.domain import booking_cells, delimited, privacy, season
from app.web.list_words import LIST_WORDS, said_in
from app.web.render import speaking
from app.web.wording import WORDS, catalogue, read_catalogue, translate
from tests.words import EVERYTHING, OTHERS, file_of, gaps, merged, places, strays, written

SPOKEN = [EVERYTHING, *OTHERS]


@pytest.mark.parametrize("language", SPOKEN)
def test_no_sentence_is_without_a_translation(language: str) -> None:
    assert gaps(merged(language)) == [], "translate these in app/locale, after `make words`"


@pytest.mark.parametrize("language", SPOKEN)
def test_places_for_numbers_and_names_are_kept(language: str) -> None:
    assert strays(merged(language)) == []


@pytest.mark.parametrize("language", SPOKEN)
def test_the_file_holds_what_is_said_and_nothing_else(language: str) -> None:
    assert file_of(language).read_bytes() == written(merged(language), language), "run `make words`"


def test_a_missing_a_half_and_a_stray_translation_are_found() -> None:
    planted = Catalog("uk")
    planted.add("Never translated")
    planted.add(("%(num)s adult", "%(num)s adults"), ("%(num)s дорослий", "%(num)s дорослі", "", "%(num)s дорослих"))
    planted.add("Come back {minutes} minutes before.", "Приходьте за {хвилин} хвилин.")
    assert gaps(planted) == ["Never translated", "%(num)s adult"]
    assert strays(planted) == ["Come back {minutes} minutes before."]


def test_the_places_of_both_kinds_are_seen() -> None:
    assert places("{outcome} of %(num)s in 55 % of {known}") == {"outcome", "num", "known"}


def test_what_has_no_translation_is_said_in_english() -> None:
    assert translate("Nobody translated this", "da") == "Nobody translated this"
    assert translate("", "da") == ""


def test_a_refusal_is_said_in_danish() -> None:
    assert translate(WORDS["house_closed"], "da") == "Huset er lukket nu. Se åbningstiderne."


def test_one_and_many_are_told_apart_by_the_rule_of_the_language() -> None:
    say = speaking("Europe/Copenhagen", "da")["ngettext"]
    assert [say("%(num)s child", "%(num)s children", n) for n in (1, 2)] == ["1 barn", "2 børn"]


def test_every_plural_form_of_a_language_is_used_where_it_belongs() -> None:
    say = speaking("Europe/Copenhagen", "uk")["ngettext"]
    said = [say("%(num)s child", "%(num)s children", n) for n in (1, 3, 5, 21)]
    assert said == ["1 дитина", "3 дитини", "5 дітей", "21 дитина"]
    say = speaking("Europe/Copenhagen", "ar")["ngettext"]
    said = [say("%(num)s day", "%(num)s days", n) for n in (1, 2, 7, 30, 365, 100)]
    assert said == ["يوم واحد", "يومان", "7 أيام", "30 يومًا", "365 يومًا", "100 يوم"]


def test_english_needs_no_catalogue() -> None:
    assert not read_catalogue("en")
    assert catalogue("en").ngettext("a child", "children", 1) == "a child"


def test_every_language_of_the_house_has_its_rule_for_plurals() -> None:
    assert {language: read_catalogue(language).num_plurals for language in OTHERS} == {
        "uk": 3, "pl": 3, "ro": 3, "de": 2, "lt": 3, "es": 2, "ar": 6,
    }  # fmt: skip


@pytest.mark.parametrize("language", ["da", *OTHERS])
@pytest.mark.parametrize(
    "sentence", ["Come back on %(day)s.", "It is here until %(day)s. Then everything on it is deleted."]
)
def test_a_date_that_ends_with_a_stop_gets_no_second_one(language: str, sentence: str) -> None:
    day = format_date(date(2027, 2, 23), "full", locale=language)
    assert ".." not in translate(sentence, language) % {"day": day}


RULES = (season, delimited, privacy, booking_cells.read_day, booking_cells.read_time)
"""Where the rules say why a season's list, or a row of it, is not taken in."""


def sentences(rules: object) -> Iterator[str]:
    """What is said there, its places filled with a 7."""
    for node in ast.walk(ast.parse(inspect.getsource(rules))):  # type: ignore[arg-type]
        match node:
            case ast.Call(func=ast.Name(id="CellRefused" | "ListRefused" | "TextRefused"), args=[_, *words]):
                yield from (said for word in words if (said := text(word)))
            case ast.Assign(targets=[ast.Name(id="what")], value=word):
                yield text(word)


def text(word: ast.expr) -> str:
    match word:
        case ast.Constant(value=str(said)):
            return said
        case ast.JoinedStr(values=parts):
            return "".join(text(part) or "7" for part in parts)
    return ""


def test_every_reason_not_to_take_in_a_season_is_said_in_danish() -> None:
    said = [sentence for rules in RULES for sentence in sentences(rules)]
    assert len(said) >= len(LIST_WORDS)
    assert [sentence for sentence in said if said_in(sentence, "da") == sentence] == []
    assert said_in("A reason that nobody knows.", "da") == "A reason that nobody knows.", "the control"
