"""`make screens`: a picture of every page and state at three sizes in Danish, English and Arabic, into .screens/.

python -m tests.browser.shots [--only LANGUAGE,...] [--size WIDTHxHEIGHT] [PART OF A NAME ...]
"""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Error

import tests.browser.staff_states  # noqa: F401  # the rest of the table
from tests.browser.live_house import chromium
from tests.browser.states import STATES, Stage, State

FOLDER = Path(".screens")


def main(said: list[str]) -> list[str]:
    """Take the pictures, or those that are named by state, language or size. Names the states that could not be brought on."""
    asked = argparse.ArgumentParser()
    asked.add_argument("parts", nargs="*")
    asked.add_argument("--only", type=lambda text: tuple(text.split(",")))
    asked.add_argument("--size", type=lambda text: tuple(int(side) for side in text.split("x")))
    given = asked.parse_args(said)
    missing: list[str] = []
    FOLDER.mkdir(exist_ok=True)
    wanted = [state for state in STATES if not given.parts or any(part in state.name for part in given.parts)]
    with ExitStack() as until, chromium() as browser:
        stage = Stage(browser, until)
        for n, state in enumerate(wanted, 1):
            try:
                for language in given.only or state.languages:
                    taken(stage, state, language, (given.size,) if given.size else state.sizes)
            except (Error, AssertionError) as wrong:
                missing.append(state.name)
                print(f"{state.name}: {wrong}")
            print(f"{n}/{len(wanted)} {state.name}")
    return missing


def taken(stage: Stage, state: State, language: str, sizes: tuple[tuple[int, int], ...]) -> None:
    """One page, brought on once and held at every size: nothing of the look may hang on how it came to its size."""
    with stage.page(state, language, sizes[0]) as page:
        page.wait_for_load_state("load")
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(150)
            whole = not state.name.startswith("wall")
            page.screenshot(path=FOLDER / f"{state.name}.{width}x{height}.{language}.png", full_page=whole)


if __name__ == "__main__":
    sys.exit(" ".join(main(sys.argv[1:])) or 0)
