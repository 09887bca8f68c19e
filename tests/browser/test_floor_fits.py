"""The tablet's floor at the sizes it is held in: every name is read whole, and the head leaves room for the work."""

import pytest

import tests.browser.staff_states  # noqa: F401  # the rest of the table
from tests.browser.checks import out_of_box
from tests.browser.states import STATES, Stage

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
  Object.assign(e.style, { display: "block", overflow: "hidden", inlineSize: "24px" });
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


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_head_takes_two_rows_at_most_on_a_phone(stage: Stage, language: str) -> None:
    for name in ("floor-busy", "desk-serving", "figures"):
        state = next(s for s in STATES if s.name == name)
        with stage.page(state, language, (360, 740)) as page:
            head = page.locator("header.top").bounding_box()
            assert head is not None
            assert head["height"] <= HEAD, name
