"""Nothing on the citizens' pages is against WCAG 2.2 A and AA or EN 301 549, in any state, wide or narrow."""

import os

import pytest
from playwright.sync_api import Browser

from tests.browser.checks import violations
from tests.browser.states import STATES, WALL, Stage, State

OURS = [s for s in STATES if s.name.startswith(("phone", "kiosk", "no-", "privacy", "accessibility"))]
SEEN = [s for s in OURS if s.options.get("java_script_enabled", True)]
SPOKEN = ("da", "en", "ar")
SOAK = bool(os.environ.get("SAMEDAG_SOAK"))
EVERY = 3
FAULTS = """<!doctype html><html><title>x</title><body><img src="data:,"><button></button>
<p style="color: #aaa; background: #fff">Nobody can read this</p><input><a href="#"></a></body></html>"""


def tried(states: list[State]) -> list[State]:
    """All with SAMEDAG_SOAK=1; else every third: the check has a quarter of an hour, and states of a page are much alike."""
    return states if SOAK else states[::EVERY]


def languages_of(state: State, among: list[State]) -> tuple[str, ...]:
    """All of a state's with SAMEDAG_SOAK=1; else one each, in turn, so that every language meets every kind of page."""
    spoken = [language for language in SPOKEN if language in state.languages]
    return tuple(spoken) if SOAK else (spoken[among.index(state) // EVERY % len(spoken)],)


def widths_of(state: State, among: list[State]) -> tuple[str, ...]:
    """Both with SAMEDAG_SOAK=1; else one each, in turn, so that every language is seen narrow and wide."""
    both = ("narrow", "wide")
    return both if SOAK else (both[among.index(state) // (EVERY * len(SPOKEN)) % 2],)


@pytest.mark.parametrize("state", tried(SEEN), ids=lambda state: state.name)
def test_axe_has_nothing_against_a_state(stage: Stage, state: State) -> None:
    for language in languages_of(state, SEEN):
        with stage.page(state, language, (320, 640)) as page:
            for width in widths_of(state, SEEN):
                if width == "wide":
                    page.set_viewport_size({"width": WALL[0], "height": WALL[1]})
                assert violations(page) == [], f"in {language}, {width}"


def test_axe_finds_faults_that_were_planted(chrome: Browser) -> None:
    page = chrome.new_page()
    page.set_content(FAULTS)
    rules = {found.partition(":")[0] for found in violations(page)}
    page.close()
    assert {"image-alt", "button-name", "color-contrast", "label", "link-name", "html-has-lang"} <= rules
