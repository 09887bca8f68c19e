"""Where things stand on the pages of staff, and what stands first: buttons that never move, lines that never break."""

import pytest
from playwright.sync_api import expect

import tests.browser.staff_states  # noqa: F401  # the rest of the table
from tests.browser.states import STATES, Stage, State

DESK_STATES = ("desk-closed", "desk-free", "desk-called", "desk-serving", "desk-held", "desk-paused", "desk-nobody")
PLACE = """() => {
  const hand = document.querySelector("#hand").getBoundingClientRect();
  const main = document.querySelector("#slot-main button").getBoundingClientRect();
  return [main.top - hand.top, main.left - hand.left].map(Math.round);
}"""
LONG_PILL = "document.querySelector('#hand-title .pill').append(' until 09:30, then at once again')"


def state_of(name: str) -> State:
    return next(state for state in STATES if state.name == name)


@pytest.mark.parametrize("size", [(1024, 768), (1920, 1080)])
def test_the_next_act_of_a_desk_stands_in_the_same_place_whatever_the_desk_does(
    stage: Stage, size: tuple[int, int]
) -> None:
    places = set()
    for n, name in enumerate(DESK_STATES):
        with stage.page(state_of(name), "en" if n % 2 else "da", size) as page:
            places.add(tuple(page.evaluate(PLACE)))
    assert len(places) == 1
    with stage.page(state_of("desk-paused"), "en", (1024, 768)) as page:
        page.evaluate(LONG_PILL)
        moved = tuple(page.evaluate(PLACE))
    assert moved not in places, "the control: a state that needs two lines pushes the button down"


BROKEN = """() => [...document.querySelectorAll(".lanes > li")].filter((lane) => {
  const all = lane.getBoundingClientRect(), line = lane.querySelector(".now-line").getBoundingClientRect();
  return line.height < all.height - 4;
}).map((lane) => lane.textContent.trim().slice(0, 40))"""
IN_FLOW = "document.querySelectorAll('.now-line').forEach((e) => { e.style.position = 'static'; })"


def test_the_line_of_now_is_not_broken_by_parties_that_have_no_time_yet(stage: Stage) -> None:
    for name in ("floor-late", "floor-busy", "floor-admin"):
        with stage.page(state_of(name), "en", (1024, 1400)) as page:
            for width in (1024, 1920):
                page.set_viewport_size({"width": width, "height": 1400})
                assert page.evaluate(BROKEN) == [], (name, width)
            broken = page.evaluate(f"() => {{ {IN_FLOW}; return ({BROKEN})(); }}")
    assert broken, "the control: where no time is known, the line is a dot"


def test_a_promise_that_has_passed_is_called_late_on_the_floor_and_on_the_partys_page(stage: Stage) -> None:
    with stage.page(state_of("floor-late"), "en", (1024, 768)) as page:
        expect(page.locator("#house-title")).to_contain_text("4 late")
        expect(page.locator(".lane .seg.is-late")).to_have_count(4)
    with stage.page(state_of("visit-late"), "en", (1024, 768)) as page:
        expect(page.locator(".stops .s-late")).to_contain_text("late")
        expect(page.locator(".who-here")).not_to_contain_text("Finished between")


@pytest.mark.parametrize(
    ("name", "first"),
    [("visit-missed", "Is here: back into line"), ("visit-away", "Is back"), ("visit-walked_in", "Receive")],
)
def test_what_is_due_for_a_party_is_the_one_filled_button_and_stands_beside_its_number(
    stage: Stage, name: str, first: str
) -> None:
    with stage.page(state_of(name), "en", (1024, 768)) as page:
        expect(page.locator("#visit-who .who-here button.primary")).to_contain_text(first)
        expect(page.locator("button.primary")).to_have_count(1)


def test_a_visit_that_is_over_offers_no_papers_to_tick(stage: Stage) -> None:
    for name, offered in (("visit-done", 0), ("visit-carried", 0), ("visit-plain", 1)):
        with stage.page(state_of(name), "en", (1024, 768)) as page:
            expect(page.locator("#papers")).to_have_count(offered)


def test_hours_are_told_as_hours(stage: Stage) -> None:
    with stage.page(state_of("desk-after-hours"), "en", (1024, 768)) as page:
        expect(page.locator(".what .age")).to_have_text("6 hr 5 min")
