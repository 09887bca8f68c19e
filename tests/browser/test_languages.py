"""In every language the words fit their boxes on a phone of 320 px and on the kiosk, and Arabic is laid out from the right."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

import tests.browser.staff_states  # noqa: F401  # the rest of the table
from app.web.wording import LANGUAGES
from tests.browser.checks import out_of_box
from tests.browser.live_house import context
from tests.browser.states import STATES, SetUp, Stage, busy, comeback, early, evening, full

NARROW = (320, 640)
PHONES = (
    "waiting-open",
    "called",
    "missed",
    "used_up",
    "away",
    "papers",
    "pending",
    "done",
    "carried",
    "sound-on",
    "moved",
    "stay",
    "ahead",
    "asked",
    "back-to-the-hall",
    "down-until",
    "down-later",
    "away-open",
    "push-refused",
)
STEPS = (
    "#home",
    "#booking",
    "#not-there",
    "#comeback",
    "#reception",
    "#ihnd-career",
    "#no-appointment",
    "#municipality",
    "",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_fits_a_narrow_phone(stage: Stage, language: str) -> None:
    for state in [s for s in STATES if s.name.removeprefix("phone-") in PHONES]:
        with stage.page(state, language, NARROW) as page:
            assert out_of_box(page) == [], state.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_fits_the_kiosk_also_where_it_is_held_narrow(stage: Stage, language: str) -> None:
    for house in (busy, full, early, evening, comeback):
        assert kiosk_steps(stage, house, language) == []


def kiosk_steps(stage: Stage, house: SetUp, language: str) -> list[str]:
    """What does not fit at any step of the kiosk of this house."""
    scene = stage.scene(house)
    made = context(stage.browser, scene.house, NARROW, language, "kiosk")
    try:
        page = scene.kiosk(made)
        found = []
        for width, height in (NARROW, (1024, 768)):
            page.set_viewport_size({"width": width, "height": height})
            for step in STEPS:
                page.evaluate("step => { location.hash = step; }", step)
                found += [f"{width} {step} {what}" for what in out_of_box(page)]
        return found
    finally:
        made.close()


def test_a_word_that_does_not_fit_is_found(chrome: Browser) -> None:
    page = chrome.new_page(viewport={"width": 320, "height": 640})
    page.set_content(
        '<p id="long" style="width: 90px">Aufenthaltsbescheinigung</p><p style="overflow: hidden; height: 9px">Hi</p>'
    )
    found = out_of_box(page)
    page.close()
    assert [what.partition(":")[0] for what in found] == ["wider than its box", "clipped"]


@pytest.mark.parametrize(("name", "size"), [("phone-waiting", (360, 740)), ("kiosk-home", (1024, 768))])
def test_arabic_begins_at_the_right(stage: Stage, name: str, size: tuple[int, int]) -> None:
    state = next(s for s in STATES if s.name == name)
    with stage.page(state, "ar", size) as page:
        assert page.locator("html").get_attribute("dir") == "rtl"
        title = page.locator("h1:visible").first
        assert title.evaluate("e => getComputedStyle(e).direction") == "rtl"
        assert middle(page, "#languages") < size[0] / 2


@pytest.mark.parametrize(("language", "side"), [("en", 1), ("ar", -1)])
def test_on_a_wide_screen_the_day_stands_beside_what_to_do_now_and_on_a_phone_below(
    stage: Stage, language: str, side: int
) -> None:
    state = next(s for s in STATES if s.name == "phone-waiting")
    with stage.page(state, language, (1024, 768)) as page:
        assert (middle(page, "#day") - middle(page, "#now")) * side > 300
        assert (page.locator("#day").bounding_box() or {})["y"] == (page.locator("#now").bounding_box() or {})["y"]
        page.set_viewport_size({"width": 360, "height": 740})
        assert middle(page, "#day") == pytest.approx(middle(page, "#now"), abs=1)


def middle(page: Page, what: str) -> float:
    """Where the middle of an element is, from the left."""
    box = page.locator(what).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


def test_an_arrow_points_the_way_one_reads(stage: Stage) -> None:
    turned: Callable[[Page], str] = lambda page: page.locator("#reception button .icon").evaluate(
        "e => getComputedStyle(e).transform"
    )
    state = next(s for s in STATES if s.name == "kiosk-reception")
    with stage.page(state, "ar", (1024, 768)) as right, stage.page(state, "en", (1024, 768)) as left:
        assert (turned(right), turned(left)) == ("matrix(-1, 0, 0, 1, 0, 0)", "none")


def test_a_map_stays_as_the_house_is_and_a_call_points_nowhere_else(stage: Stage) -> None:
    spot: Callable[[Page], float] = lambda page: middle(page, "#map .map .spot") - middle(page, "#map .map svg")
    state = next(s for s in STATES if s.name == "phone-called")
    with stage.page(state, "ar", (360, 740)) as right, stage.page(state, "en", (360, 740)) as left:
        assert spot(right) == pytest.approx(spot(left), abs=1)
        assert [page.locator("#now .flip").count() for page in (right, left)] == [0, 0]


def test_a_phone_number_is_read_from_the_left_in_arabic(stage: Stage) -> None:
    state = next(s for s in STATES if s.name == "phone-waiting")
    with stage.page(state, "ar", (360, 740)) as page:
        number = page.locator(".foot bdi")
        assert number.evaluate("e => getComputedStyle(e).direction") == "ltr"


def test_the_language_is_changed_at_once_and_stays(stage: Stage) -> None:
    state = next(s for s in STATES if s.name == "phone-waiting")
    with stage.page(state, "en", (360, 740)) as page:
        page.locator("#languages summary").click()
        page.get_by_role("link", name="Polski").click()
        expect(page.locator("#number")).to_contain_text("Twój numer")
        page.goto(page.url.partition("?")[0])
        expect(page.locator("#number")).to_contain_text("Twój numer")


FOREIGN = """() => {
  const latin = /[A-Za-zÀ-ž]{2,}\\s+[A-Za-zÀ-ž]{2,}/, arabic = /[\\u0600-\\u06ff]/, found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, box = text.parentElement;
    if (box.closest("script, style, svg, template") || !latin.test(text.data) || arabic.test(text.data)) continue;
    const named = box.closest("bdi"), marked = box.closest("[lang]").lang !== "ar" && getComputedStyle(box).direction === "ltr";
    if (!named && !marked) found.push(text.data.trim());
  }
  return found;
}"""
"""Words of another script that say neither whose they are nor from where they are read; addresses and names stand in a bdi."""

IN_ARABIC = ["programme", "programme-event", "hand-out", "hand-out-programme", "company-group", "kiosk-given"]
IN_ARABIC += [
    "kiosk-municipality",
    "kiosk-closed-home",
    "phone-waiting-open",
    "phone-called",
    "phone-done",
    "phone-asked",
]
IN_ARABIC += ["no-such-ticket", "privacy", "accessibility"]


@pytest.mark.parametrize("name", IN_ARABIC)
def test_words_that_are_not_arabic_say_their_language_and_direction(stage: Stage, name: str) -> None:
    state = next(s for s in STATES if s.name == name)
    with stage.page(state, "ar", (360, 740)) as page:
        assert page.evaluate(FOREIGN) == []


def test_a_title_that_the_organiser_wrote_in_english_alone_is_read_as_english_and_an_arabic_one_as_arabic(
    stage: Stage,
) -> None:
    state = next(s for s in STATES if s.name == "programme")
    with stage.page(state, "ar", (360, 740)) as page:
        english = page.locator("h3 [lang]", has_text="Career Day Fair")
        assert [english.get_attribute("lang"), english.get_attribute("dir")] == ["en", "ltr"]
        arabic = page.locator("h3 a", has_text="لينكدإن").first
        assert arabic.locator("[lang]").count() == 0
        assert arabic.evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_an_unmarked_english_title_in_an_arabic_page_is_found(stage: Stage) -> None:
    """The control."""
    state = next(s for s in STATES if s.name == "programme")
    with stage.page(state, "ar", (360, 740)) as page:
        page.evaluate(
            "document.querySelectorAll('h3 [lang=en]').forEach((e) => { e.removeAttribute('lang'); e.dir = 'rtl'; })"
        )
        assert "Career Day Fair" in page.evaluate(FOREIGN)
