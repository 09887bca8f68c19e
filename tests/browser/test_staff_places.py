"""Where things stand on the pages of staff, and what stands first: buttons that never move, lines that never break."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

import pytest
from jinja2 import Environment
from playwright.sync_api import expect

import tests.browser.staff_states  # noqa: F401  # the rest of the table
from app.web.render import environment, localised
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
        moved = tuple(page.evaluate(f"() => {{ {LONG_PILL}; return ({PLACE})(); }}"))  # before a new screen comes
    assert moved not in places, "the control: a state that needs two lines pushes the button down"


ONE_ROW = "document.querySelector('.desk-head h1').style.flexDirection = 'row'"


def test_a_phone_shows_a_desk_without_keys_and_its_next_act_in_one_place(stage: Stage) -> None:
    places = set()
    for n, name in enumerate(DESK_STATES):
        with stage.page(state_of(name), "en" if n % 2 else "da", (360, 740)) as page:
            expect(page.locator("#sound")).to_be_visible()
            expect(page.locator("#keys")).to_be_hidden()
            places.add(tuple(page.evaluate(PLACE)))
    assert len(places) == 1
    with stage.page(state_of("desk-free"), "en", (360, 740)) as page:
        moved = tuple(page.evaluate(f"() => {{ {ONE_ROW}; return ({PLACE})(); }}"))
        assert moved not in places, "the control: a head of another height moves the button"
        page.set_viewport_size({"width": 1024, "height": 768})
        expect(page.locator("#keys")).to_be_visible()


ANSWERED = """() => document.querySelector(".welcome").getBoundingClientRect().top
  - document.querySelector("#said p").getBoundingClientRect().bottom"""
APART = "document.querySelector('.sign-in > .status').style.marginBlockStart = 0"


def test_a_wrong_password_is_answered_beside_the_form(stage: Stage) -> None:
    for size in ((360, 740), (1024, 768), (1920, 1080)):
        with stage.page(state_of("sign-in-wrong"), "da", size) as page:
            assert 0 < page.evaluate(ANSWERED) < 48, size
    page_of_full_height = "document.querySelector('.sign-in > main').style.flex = 1"
    with stage.page(state_of("sign-in-wrong"), "da", (1920, 1080)) as page:
        page.evaluate(f"() => {{ {APART}; {page_of_full_height}; }}")
        assert page.evaluate(ANSWERED) > 48, "the control: an answer at the top of the page is far from the form"


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


MINUTE_OVER = """() => {
  const [receive, undos] = ["#receive", ".undos"].map((one) => document.querySelector(one));
  const top = () => Math.round(receive.getBoundingClientRect().top);
  while (undos.childElementCount > 1) undos.lastElementChild.remove();
  const before = top();
  undos.replaceChildren();
  return [before, top()];
}"""


def test_what_can_be_undone_for_a_minute_goes_without_moving_whom_to_receive(stage: Stage) -> None:
    for size in ((360, 740), (768, 1024), (1024, 768), (1920, 1080)):
        for name in ("floor-undo", "floor-busy"):
            with stage.page(state_of(name), "da", size) as page:
                expect(page.locator(".undo-bar").first).to_be_visible()
                before, after = page.evaluate(MINUTE_OVER)
                assert before == after, (name, size)
    with stage.page(state_of("floor-undo"), "en", (1024, 768)) as page:
        unkept = "document.querySelector('.undos').style.minBlockSize = 0"
        before, after = page.evaluate(f"() => {{ {unkept}; return ({MINUTE_OVER})(); }}")  # before a new screen comes
        assert before > after, "the control: a row that is not kept"


ASK = """() => ["#who-title", "#papers-title"].map((id) => Math.round(document.querySelector(id).getBoundingClientRect().top
  - document.querySelector("#visit-who").getBoundingClientRect().top))"""


def test_nor_does_it_move_who_a_party_is_and_its_papers(stage: Stage) -> None:
    for size in ((360, 740), (1024, 768), (1920, 1080)):
        with stage.page(state_of("visit-received-asked"), "da", size) as page:
            expect(page.locator(".undo-bar form")).to_have_count(1)
            places = page.evaluate(ASK)
        with stage.page(state_of("visit-received-before"), "da", size) as page:
            expect(page.locator(".undo-bar form")).to_have_count(0)
            assert page.evaluate(ASK) == places, size
            gone = "document.querySelector('.undo-bar').remove()"
            assert page.evaluate(f"() => {{ {gone}; return ({ASK})(); }}") != places, "the control: simply gone"


HERE = """() => [...document.querySelectorAll(".top nav > a, .top nav summary")].filter((e) => e.checkVisibility()
  && getComputedStyle(e).backgroundColor !== "rgba(0, 0, 0, 0)").map((e) => e.textContent.trim())"""


def test_the_head_marks_where_one_is_and_has_ones_own_home_in_sight(stage: Stage) -> None:
    marked = {
        "floor-late": "Floor",
        "told-empty": "Who must be told",
        "figures-empty": "Figures",
        "desk-nobody": "Citizen Services 1",
    }
    for size in ((360, 740), (1024, 768)):
        for name, where in (marked | {"devices-empty": "More pages"}).items():
            with stage.page(state_of(name), "en", size) as page:
                assert page.evaluate(HERE) == [where], (name, size)


BESIDE = """() => [...document.querySelectorAll("td .rowed")].filter((form) => {
  const [field, save] = [...form.querySelectorAll("[name=came], button")].map((e) => e.getBoundingClientRect());
  return Math.abs(field.top - save.top) > 0.5 || Math.abs(field.bottom - save.bottom) > 0.5;
}).length"""
AT_THE_FOOT = "document.querySelectorAll('td .rowed').forEach((form) => { form.style.alignItems = 'end'; })"


def test_what_saves_a_count_stands_in_one_line_with_it(stage: Stage) -> None:
    with stage.page(state_of("programme-staff"), "da", (1024, 768)) as page:
        expect(page.locator("td .rowed").first).to_be_visible()
        for width in (360, 1024, 1920):
            page.set_viewport_size({"width": width, "height": 768})
            assert page.evaluate(BESIDE) == 0, width
        assert page.evaluate(f"() => {{ {AT_THE_FOOT}; return ({BESIDE})(); }}") > 0, "the control"


def test_hours_are_told_as_hours(stage: Stage) -> None:
    with stage.page(state_of("desk-after-hours"), "en", (1024, 768)) as page:
        expect(page.locator(".what .age")).to_have_text("6 hr 5 min")


def test_control_without_the_line_for_hours_minutes_are_told(stage: Stage) -> None:
    script = Path("templates/assets/times.js").read_text(encoding="utf-8").replace("all < LONG", "true")
    with stage.page(state_of("desk-after-hours"), "en", (1024, 768)) as page:
        # The desk's worker would fetch the script past this route.
        page.evaluate(
            "async () => { for (const r of await navigator.serviceWorker.getRegistrations()) await r.unregister() }"
        )
        page.route("**/times.js*", lambda route: route.fulfill(content_type="text/javascript", body=script))
        page.add_init_script("navigator.serviceWorker.register = () => new Promise(() => {})")
        page.reload()
        expect(page.locator(".what .age")).to_have_text("365 min")


@contextmanager
def written(template: str, what: str, instead: str) -> Iterator[None]:
    """A template as it would be without what it takes care of."""
    loader = environment().loader
    assert loader
    read = loader.get_source

    def source(env: Environment, name: str) -> tuple[str, str | None, object]:
        found, file, fresh = read(env, name)
        assert name != template or what in found
        return found.replace(what, instead) if name == template else found, file, fresh

    with patch.object(loader, "get_source", source):
        localised.cache_clear()
        yield
    localised.cache_clear()


VISIT, FLOOR = "floorwalker/visit/live.html", "floorwalker/live.html"
FILLED = "#visit-who .who-here button.primary"
CARE = (
    ("floor-late", FLOOR, "{% if late %} <span", "{% if false %} <span", "#house-title .pill", 1),
    ("visit-late", VISIT, "and s.window.end < screen.at", "and false", ".stops .s-late", 1),
    ("visit-late", VISIT, "and v.finish.end >= screen.at", "", ".who-here > p:not(.notice)", 0),
    ("desk-papers", "staff.html", "values.at < screen.at", "false", "#line td:text-matches('udløb |ended ')", 1),
    ("visit-missed", VISIT, "{% elif missed %}", "{% elif false %}", FILLED, 1),
    ("visit-away", VISIT, "{% if v.away_until %}<p", "{% if false %}<p", FILLED, 1),
    ("visit-walked_in", VISIT, "{% if step == 'receive' %}", "{% if false %}", FILLED, 1),
    ("visit-done", VISIT, '{% if not ended %}<section class="card" id="papers"', '{% if true %}<section id="papers"', "#papers", 0),
)  # fmt: skip


@pytest.mark.parametrize(("name", "template", "what", "instead", "place", "count"), CARE)
def test_control_without_its_line_of_the_template_each_is_missed(
    stage: Stage, name: str, template: str, what: str, instead: str, place: str, count: int
) -> None:
    with stage.page(state_of(name), "da", (1024, 768)) as page:
        expect(page.locator(place)).to_have_count(count)
    with written(template, what, instead), stage.page(state_of(name), "en", (1024, 768)) as page:
        expect(page.locator("main h1, main h2").first).to_be_visible()
        expect(page.locator(place)).not_to_have_count(count)


def test_a_state_whose_page_the_server_cannot_make_is_no_state(stage: Stage) -> None:
    state = state_of("companies-empty")
    for broken in ("", "{{ nothing.at_all }}"):
        fails = pytest.raises(AssertionError, match="/companies") if broken else nullcontext()
        with written("companies/page.html", "<h1>", f"<h1>{broken}"), fails, stage.page(state, "en", (1024, 768)):
            pass
