"""What a page of staff, the kiosk and the wall bring of their own: less than 15 kB of scripts each, packed."""

import gzip
from collections.abc import Callable

import pytest

import tests.browser.staff_states  # noqa: F401  # the rest of the table
from tests.browser.states import STATES, Stage

LOADED = "() => performance.getEntriesByType('resource').map((e) => e.name).filter((name) => /[.]js([?]|$)/.test(name))"
PAGES = {
    "floor-busy": "offline.js",
    "visit-family": "offline.js",
    "desk-serving": "staff.js",
    "figures": "live.js",
    "told": "live.js",
    "kiosk-home": "kiosk.js",
    "wall-calm": "display.js",
}
"""State -> a script that it surely has."""


@pytest.mark.parametrize("name", PAGES)
def test_own_scripts_are_less_than_15_kb_packed(stage: Stage, measured: Callable[[str], None], name: str) -> None:
    state = next(s for s in STATES if s.name == name)
    with stage.page(state, state.languages[0], state.sizes[0]) as page:
        page.wait_for_load_state("load")  # waits for the modules of modules too
        loaded = set(page.evaluate(LOADED))
        sizes = {
            url.partition("?")[0].rpartition("/")[2]: len(gzip.compress(page.request.get(url).body())) for url in loaded
        }
    measured(f"own scripts of {name}: {sum(sizes.values())} bytes packed, in {len(sizes)} files")
    assert PAGES[name] in sizes
    assert sum(sizes.values()) < 15_000
