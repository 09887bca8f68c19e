"""`make screens`: a picture of every page and state at three sizes in Danish, English and Arabic, into .screens/.

python -m tests.browser.shots [PART OF A NAME ...]
"""

import sys
from contextlib import ExitStack
from pathlib import Path

from tests.browser.live_house import chromium
from tests.browser.states import SIZES, STATES, Stage

FOLDER = Path(".screens")
LANGUAGES = ("da", "en", "ar")


def main(parts: list[str], languages: tuple[str, ...] = LANGUAGES, sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
    """Take the pictures; of some states only, where parts of their names are given."""
    FOLDER.mkdir(exist_ok=True)
    wanted = [state for state in STATES if not parts or any(part in state.name for part in parts)]
    with ExitStack() as until, chromium() as browser:
        stage = Stage(browser, until)
        for n, state in enumerate(wanted, 1):
            for language in languages:
                for size in sizes:
                    with stage.page(state, language, size) as page:
                        page.wait_for_load_state("networkidle") if not state.name.endswith("offline") else None
                        page.screenshot(path=FOLDER / f"{state.name}.{size[0]}.{language}.png", full_page=True)
            print(f"{n}/{len(wanted)} {state.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
