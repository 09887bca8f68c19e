"""Tablet and desk at the sizes they are held in: names are read whole, no button lies outside, the head leaves room for work."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

import tests.browser.staff_states  # noqa: F401  # the rest of the table
from app.actions.planning import promise
from tests.browser.checks import out_of_box
from tests.browser.live_house import context
from tests.browser.states import STATES, Scene, Stage

HEAD = 120
"""Two rows of targets, in pixels."""

COVERED = """() => {
  const names = [...document.querySelectorAll(".lane .name, .names span")].filter((e) => e.checkVisibility());
  const hidden = names.filter((e) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    const over = [left + 2, right - 2].map((x) => document.elementFromPoint(x, (top + bottom) / 2));
    return e.scrollWidth > e.clientWidth + 1 || !over.every((o) => e.contains(o));
  });
  return [names.length, hidden.map((e) => e.textContent)];
}"""

CUT = """document.querySelectorAll(".lane .seg").forEach((e) => {
  Object.assign(e.style, { display: "block", overflow: "hidden", inlineSize: "24px", minInlineSize: 0 });
})"""


@pytest.mark.parametrize("language", ["en", "da"])
def test_no_name_on_a_lane_is_cut_off_or_covered(stage: Stage, language: str) -> None:
    state = next(s for s in STATES if s.name == "floor-busy")
    with stage.page(state, language, (1024, 768)) as page:
        for size in ((1024, 1400), (1920, 1400), (360, 2600)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            count, hidden = page.evaluate(COVERED)
            assert count >= 10
            assert hidden == [], size
            assert [what for what in out_of_box(page) if "page is" in what or "name" in what] == []
        page.set_viewport_size({"width": 1024, "height": 1400})
        cut = page.evaluate(f"() => {{ {CUT}; return ({COVERED})()[1]; }}")  # in one go: a push would mend it
        assert cut, "the control: a bar that cuts its name off is noticed"


OVERLAPPING = """() => {
  const box = (e) => e.getBoundingClientRect();
  const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  const found = [];
  for (const lane of document.querySelectorAll(".lane")) {
    const bars = [...lane.querySelectorAll(".seg")], names = [...lane.querySelectorAll(".name, .names span")];
    for (const row of [bars, names.filter((e) => e.checkVisibility())])
      row.forEach((a, n) => row.slice(n + 1).forEach((b) => {
        if (!apart(box(a), box(b))) found.push(`${a.textContent} / ${b.textContent}`);
      }));
    for (const bar of bars) {
      const name = bar.querySelector(".name"), [i, o] = [box(name), box(bar)];
      const out = i.left < o.left - 1 || i.right > o.right + 1;
      if (name.checkVisibility() && out) found.push(`${name.textContent} leaves its bar`);
      if (o.left < box(lane).left - 1 || o.right > box(lane).right + 1) found.push(`${bar.textContent} leaves the lane`);
    }
  }
  return found;
}"""

ONE_TRACK = "document.querySelectorAll('.lane .seg').forEach((e) => { e.style.gridRow = 1; })"


def crowded(s: Scene) -> None:
    """Short stops one right after another, all of them late, and others at the very end of the axis."""
    h = s.house
    services = ("ihnd.reception", "cs.doctor", "cs.mitid", "cs.cpr", "cs.tax", "ihnd.career")
    for first, late in ((0, False), (-60, True), (95, False)):
        visit = h.arrive(*services)
        starts = [h.clock.at + timedelta(minutes=first + n) for n in range(len(services))]
        told = {
            stop["id"]: (at, at + timedelta(minutes=5), at) for stop, at in zip(visit["stops"], starts, strict=True)
        }
        h.app.state.store.run_here("aalborg", lambda w, v=visit, t=told: promise(w, v["id"], t, None, "later"), "clock")
        assert late == any(lane["late"] for lane in h.floor()["lanes"] if lane["visit"] == visit["id"])


@pytest.mark.parametrize("language", ["en", "da"])
def test_names_of_short_stops_one_after_another_never_lie_on_one_another(stage: Stage, language: str) -> None:
    scene = stage.scene(crowded)
    made = context(stage.browser, scene.house, (1024, 1400), language, "floorwalker")
    page = scene.at(made, "/sites/aalborg/floor")
    expect(page.locator(".lane .seg").nth(14)).to_be_visible()
    for width in (360, 680, 834, 1000, 1024, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 1400})
        assert page.evaluate(OVERLAPPING) == [], width
    page.set_viewport_size({"width": 1024, "height": 1400})
    lying = page.evaluate(f"() => {{ {ONE_TRACK}; return ({OVERLAPPING})(); }}")  # in one go: a push would mend it
    made.close()
    assert lying, "the control: names that lie on one another are noticed"


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_head_takes_two_rows_at_most_on_a_phone(stage: Stage, language: str) -> None:
    for name in ("floor-busy", "desk-serving", "figures"):
        state = next(s for s in STATES if s.name == name)
        with stage.page(state, language, (360, 740)) as page:
            head = page.locator("header.top").bounding_box()
            assert head is not None
            assert head["height"] <= HEAD, name


OUT_OF_SIGHT = """() => {
  const line = document.querySelector("#line").getBoundingClientRect();
  const parts = [...document.querySelectorAll("#line tbody :is(th, td, button)"),
    ...document.querySelectorAll("details[open] .menu")];
  return parts.filter((e) => e.checkVisibility()).filter((e) => {
    const { left, right } = e.getBoundingClientRect(), room = e.closest("#line") ? line : { left: 0, right: innerWidth };
    return left < room.left || right > room.right;
  }).map((e) => e.textContent);
}"""
IN_COLUMNS = """document.querySelectorAll("#line :is(table, tbody, tr)").forEach((e) => {
  e.style.display = { TABLE: "table", TBODY: "table-row-group", TR: "table-row" }[e.tagName]; })"""


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_whole_line_and_the_menu_of_breaks_are_in_sight_at_a_small_desk(stage: Stage, language: str) -> None:
    state = next(s for s in STATES if s.name == "desk-held")
    with stage.page(state, language, (1024, 768)) as page:
        page.locator("#break summary").click()
        for width in (1920, 1024, 680, 360, 320):
            page.set_viewport_size({"width": width, "height": 1000})
            assert page.locator("#line tbody button").count() == 6
            assert page.evaluate(OUT_OF_SIGHT) == [], width
        columns = page.evaluate(f"() => {{ {IN_COLUMNS}; return ({OUT_OF_SIGHT})(); }}")
        assert columns, "the control: a button beside the screen is noticed"
