"""A1: axe finds nothing on any page of staff, on the wall or on the way on, in any state; and finds what is planted."""

import pytest
from playwright.sync_api import Browser

import tests.browser.staff_states  # noqa: F401  # the rest of the table
from tests.browser.checks import faults, unfold
from tests.browser.live_house import context
from tests.browser.staff_houses import onward
from tests.browser.states import STATES, WALL, Stage, State
from tests.browser.test_axe_citizen import OURS, SOAK, languages_of, tried, widths_of

SEEN = [state for state in STATES if state not in OURS]
NARROW = (320, 640)
TRIED = tried(SEEN if SOAK else [state for state in SEEN if state.house is not onward])
"""What leads out of the house is looked at by test_onward too."""
FLOOR = "/sites/aalborg/floor"


@pytest.mark.parametrize("state", TRIED, ids=lambda state: state.name)
def test_axe_has_nothing_against_a_state(stage: Stage, state: State) -> None:
    """Narrow as it comes or wide unfolded, in turn; with SAMEDAG_SOAK=1 each of the two both ways."""
    for language in languages_of(state, SEEN):
        with stage.page(state, language, NARROW) as page:
            for width in widths_of(state, SEEN):
                if width == "wide":
                    page.set_viewport_size({"width": WALL[0], "height": WALL[1]})
                    unfold(page)
                assert faults(page) == [], f"in {language}, {width}"
            if SOAK:
                page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
                assert faults(page) == [], f"in {language}, narrow, unfolded"
        if SOAK:
            with stage.page(state, language, WALL) as page:
                assert faults(page) == [], f"in {language}, wide"


def test_axe_finds_faults_that_were_planted(stage: Stage) -> None:
    """The control."""
    state = next(s for s in SEEN if s.name == "floor-busy")
    with stage.page(state, "en", NARROW) as page:
        page.evaluate("""() => {
          document.querySelector("#find").previousElementSibling.remove();
          const button = document.querySelector("[role=search] button"); // no part of what is pushed, and so made whole again
          button.replaceChildren();
          document.documentElement.removeAttribute("lang");
          const wide = document.createElement("pre"); wide.textContent = "wide".repeat(900); document.body.append(wide);
        }""")
        found = faults(page)
    assert {"label", "button-name", "html-has-lang"} <= {fault.partition(":")[0] for fault in found}
    assert any("too wide" in fault for fault in found)


def test_every_target_is_48_pixels_high_or_wide_apart(stage: Stage, chrome: Browser) -> None:
    scene = stage.scene(next(s for s in SEEN if s.name == "floor-busy").house)
    made = context(chrome, scene.house, (1024, 768), "en", "admin")
    small = {}
    family = f"{FLOOR}/visits/{scene.visits['family']['id']}"
    for path in (FLOOR, f"{FLOOR}/arrivals/new", family, "/sites/aalborg/desks/cs-1"):
        low = scene.at(made, path).evaluate("""() =>
          [...document.querySelectorAll("main button, main .button, main select, main input, main summary")]
          .filter((e) => e.checkVisibility() && !["hidden", "checkbox", "radio"].includes(e.type))
          .filter((e) => e.getBoundingClientRect().height < 47.5).map((e) => e.outerHTML.slice(0, 90))""")
        if low:
            small[path] = low
    made.close()
    assert small == {}
