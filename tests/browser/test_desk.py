"""The desk in a real browser: keys, one act for a double click however slow, one window that acts, and the same without scripts."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.live_house import context as signed_in
from tests.browser.live_house import running
from tests.browser.staff_harness import House, house
from tests.browser.staff_houses import at_siri
from tests.browser.states import PHONE, Scene

DESK = "/sites/aalborg/desks/tax-1"


@pytest.fixture
def aalborg(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        yield found


def test_a_party_is_called_served_and_taken_back_by_keys_alone(aalborg: House, chrome: Browser) -> None:
    number = aalborg.arrive("cs.tax")["number"]
    aalborg.post("/desks/tax-1/openings")
    with aalborg.context(chrome) as context:
        page = context.new_page()
        page.goto(DESK)
        hand = page.locator("#hand .huge")
        for key, shows in (("n", "called"), ("r", "called"), ("s", "at the desk")):
            page.keyboard.press(key)
            expect(page.locator("#hand .what")).to_contain_text(shows)
            expect(hand).to_have_text(str(number))
        page.keyboard.press("f")
        expect(hand).to_have_text("–")
        page.keyboard.press("u")
        expect(hand).to_have_text(str(number))
        assert page.locator("#acts button.primary").count() == 1


def test_a_double_click_is_one_call(aalborg: House, chrome: Browser) -> None:
    for _ in range(2):
        aalborg.arrive("cs.tax")
    aalborg.post("/desks/tax-1/openings")
    with aalborg.context(chrome) as context:
        page = context.new_page()
        page.goto(DESK)
        page.get_by_role("button", name="Call next").dblclick()
        expect(page.get_by_role("button", name="Start")).to_be_visible()
    assert [e["kind"] for e in aalborg.events()].count("called") == 1


def slowly_twice(page: Page, name: str) -> None:
    """The second click of a double click comes when the next button stands there already."""
    button = page.get_by_role("button", name=name, exact=True)
    box = button.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(button).to_be_hidden()
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)


@pytest.mark.parametrize("protected", [True, False])
def test_the_second_half_of_a_double_click_never_does_the_next_act(
    aalborg: House, chrome: Browser, protected: bool
) -> None:
    """The control: without the guard a party that was just seated is finished and gone."""
    aalborg.arrive("cs.tax")
    for act in ("openings", "calls"):
        aalborg.post(f"/desks/tax-1/{act}")
    with aalborg.context(chrome) as context:
        if not protected:
            body = Path("templates/assets/forms.js").read_text(encoding="utf-8").replace("event.detail > 1", "false")
            context.route("**/forms.js*", lambda route: route.fulfill(content_type="text/javascript", body=body))
        page = context.new_page()
        page.goto(DESK)
        slowly_twice(page, "Start")
        if protected:
            page.keyboard.press("h")
            expect(page.locator("#held")).to_be_visible()
        else:
            expect(page.get_by_text("Nobody at the desk")).to_be_visible()
    assert ("finished" in [e["kind"] for e in aalborg.events()]) is not protected


def test_a_second_window_follows_until_it_takes_over(aalborg: House, chrome: Browser) -> None:
    aalborg.arrive("cs.tax")
    aalborg.post("/desks/tax-1/openings")
    with aalborg.context(chrome) as context:
        first, second = context.new_page(), context.new_page()
        first.goto(DESK)
        second.goto(DESK)
        expect(second.locator("#second")).to_be_visible()
        second.get_by_role("button", name="Call next").click()
        expect(second.locator("#told")).to_have_text('This window only follows. Choose "Work in this window" first.')
        assert "called" not in [e["kind"] for e in aalborg.events()]
        second.get_by_role("button", name="Work in this window").click()
        expect(first.locator("#second")).to_be_visible()
        second.get_by_role("button", name="Call next").click()
        expect(first.get_by_role("button", name="Start")).to_be_visible()


def test_who_waits_for_somebody_is_told_when_somebody_comes(aalborg: House, chrome: Browser) -> None:
    aalborg.post("/desks/tax-1/openings")
    with aalborg.context(chrome) as context:
        page = context.new_page()
        page.goto(DESK)
        expect(page.get_by_text("No other desk is open.")).to_be_visible()
        aalborg.arrive("cs.tax")
        expect(page.locator("#told")).to_have_text("Somebody is waiting for this desk now.")
        expect(page).to_have_title("(1) Tax · International House North Denmark")


def test_without_scripts_a_clerk_calls_serves_and_finishes(aalborg: House, chrome: Browser) -> None:
    aalborg.arrive("cs.tax")
    with aalborg.context(chrome, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(DESK)
        for name in ("Open this desk", "Call next", "Start", "Finish"):
            page.get_by_role("button", name=name).first.click()
        expect(page.get_by_text("Nobody at the desk")).to_be_visible()
    assert "finished" in [e["kind"] for e in aalborg.events()]


SIZES = ((360, 740), (768, 1024), (1024, 768), (1920, 1080))
KEPT = pytest.mark.parametrize("kept", [True, False], ids=["with its place kept", "control"])
IN_THE_WAY = "() => Object.assign(document.querySelector('.notices').style, { position: 'static', blockSize: 'auto' })"


def desk_page(context: BrowserContext, kept: bool) -> Page:
    """A desk as it is, or with notices that take their room when they come."""
    page = context.new_page()
    page.clock.install()
    page.goto(DESK)
    expect(page.locator("#keys")).to_be_attached()
    if not kept:
        page.evaluate(IN_THE_WAY)
    return page


def places(page: Page) -> list[object]:
    """Where the next act stands at each size."""
    found: list[object] = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found.append(page.locator("#slot-main").bounding_box())
    return found


@KEPT
def test_a_refusal_does_not_push_the_buttons_away_from_under_a_hand(
    aalborg: House, chrome: Browser, kept: bool
) -> None:
    aalborg.post("/desks/tax-1/openings")
    with aalborg.context(chrome) as context:
        page = desk_page(context, kept)
        before = places(page)
        page.get_by_role("button", name="Call next").click()
        expect(page.locator("#said")).to_contain_text("Nobody is waiting for this desk.")
        assert (places(page) == before) is kept


@KEPT
@pytest.mark.parametrize("language", ["en", "da"])
def test_another_window_and_the_lock_do_not_push_the_buttons_away_either(
    aalborg: House, chrome: Browser, kept: bool, language: str
) -> None:
    aalborg.arrive("cs.tax")
    aalborg.post("/desks/tax-1/openings")
    with aalborg.context(chrome, locale=language) as context:
        page = desk_page(context, kept)
        before = places(page)
        page.clock.fast_forward(9.2 * 60_000)
        page.clock.run_for(2000)
        expect(page.locator("#locks-soon")).to_be_visible()
        expect(page.locator("#stale")).to_be_hidden()
        assert (places(page) == before) is kept
        page.keyboard.press("Shift")
        page.clock.run_for(2000)
        expect(page.locator("#locks-soon")).to_be_hidden()
        other = context.new_page()
        other.goto(DESK)
        other.locator("#take-over").click()
        expect(page.locator("#second")).to_be_visible()
        assert (places(page) == before) is kept


BESIDE = """(both) => {
    for (const id of ["stale", "second", "locks-soon"]) document.getElementById(id).hidden = !both.includes(id);
    const [said, lost] = ["said", "words-failed"].map((id) => document.getElementById(id));
    said.replaceChildren(...(both.includes("said") ? [lost.content.querySelector("p").cloneNode(true)] : []));
    document.querySelector("#stale time").textContent = "10:41";
    const shown = [...document.querySelectorAll(".notices :is(.status > div, .notice)")].filter((one) => one.clientHeight);
    return {
        desk: document.getElementById("slot-main").getBoundingClientRect().y,
        cut: shown.filter((one) => one.scrollHeight > one.clientHeight).map((one) => one.textContent),
        count: shown.length,
    };
}"""
"""Shows these notices at once: where the next act stands then, and which of their words are not whole."""


@KEPT
@pytest.mark.parametrize("language", ["en", "da"])
def test_two_notices_at_once_have_room_in_the_kept_row(
    aalborg: House, chrome: Browser, kept: bool, language: str
) -> None:
    moved = False
    with aalborg.context(chrome, locale=language) as context:
        page = desk_page(context, kept)
        for width in (620, 700, 768, 820, 979, 980, 1024):
            page.set_viewport_size({"width": width, "height": 900})
            nothing = page.evaluate(BESIDE, [])
            for both in combinations(("said", "stale", "second", "locks-soon"), 2):
                found = page.evaluate(BESIDE, both)
                assert found["count"] > nothing["count"] and not found["cut"], (width, both, found)
                moved = moved or found["desk"] != nothing["desk"]
    assert moved is not kept


def covered(page: Page) -> list[str]:
    """The choices of an outcome that something lies over, of those in sight."""
    found: list[str] = page.evaluate("""() => [...document.querySelectorAll('.outcome .choice')].filter((choice) => {
        const box = choice.getBoundingClientRect();
        const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return above && !choice.contains(above);
    }).map((choice) => choice.textContent.trim())""")
    return found


def test_on_a_phone_a_refusal_goes_from_over_the_outcomes_with_the_next_touch(tmp_path: Path, chrome: Browser) -> None:
    with running(tmp_path) as found:
        at_siri(Scene(found))
        made = signed_in(chrome, found, PHONE, "en", "admin", has_touch=True)
        page = made.new_page()
        page.goto(f"{found.base}/sites/aalborg/desks/siri-1")
        page.get_by_role("button", name="Finish").tap()
        said = page.locator("#said p")
        expect(said).to_contain_text("Say the outcome")
        assert covered(page)
        said.tap()
        expect(said).to_have_count(0)
        assert not covered(page)
        assert not page.locator(".outcome :checked:not([value=''])").count(), "the touch was for the words alone"
        made.close()


def test_without_scripts_a_refusal_on_a_phone_stands_above_the_desk(aalborg: House, chrome: Browser) -> None:
    aalborg.post("/desks/tax-1/openings")
    with aalborg.context(chrome, java_script_enabled=False, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(DESK)
        page.get_by_role("button", name="Call next").click()
        said, desk = page.locator("#said p").bounding_box(), page.locator("#desk").bounding_box()
        assert said and desk and 0 < said["y"] < said["y"] + said["height"] <= desk["y"]
