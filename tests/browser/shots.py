"""`make screens`: a picture of every page and state at three sizes in Danish, English and Arabic, into .screens/.

python -m tests.browser.shots [PART OF A NAME ...]
"""

import sys
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Error

import tests.browser.staff_states  # noqa: F401  # the rest of the table
from tests.browser.live_house import chromium
from tests.browser.states import STATES, Stage, State

FOLDER = Path(".screens")


def main(parts: list[str]) -> list[str]:
    """Take the pictures; of some states only, where parts of their names are given. Names those that could not be brought on."""
    missing: list[str] = []
    FOLDER.mkdir(exist_ok=True)
    wanted = [state for state in STATES if not parts or any(part in state.name for part in parts)]
    with ExitStack() as until, chromium() as browser:
        stage = Stage(browser, until)
        for n, state in enumerate(wanted, 1):
            try:
                for language in state.languages:
                    taken(stage, state, language)
            except (Error, AssertionError) as wrong:
                missing.append(state.name)
                print(f"{state.name}: {wrong}")
            print(f"{n}/{len(wanted)} {state.name}")
    return missing


def taken(stage: Stage, state: State, language: str) -> None:
    """One page, brought on once and held at every size: nothing of the look may hang on how it came to its size."""
    with stage.page(state, language, state.sizes[0]) as page:
        page.wait_for_load_state("load")
        for width, height in state.sizes:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(150)
            whole = not state.name.startswith("wall")
            page.screenshot(path=FOLDER / f"{state.name}.{width}x{height}.{language}.png", full_page=whole)


if __name__ == "__main__":
    sys.exit(" ".join(main(sys.argv[1:])) or 0)
