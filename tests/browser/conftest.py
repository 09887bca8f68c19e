"""A browser and houses for the tests of pages; each house is built once for a module."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.browser.live_house import chromium
from tests.browser.states import Stage


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """Debian's own chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def stage(chrome: Browser) -> Iterator[Stage]:
    """Where every state of every page can be brought on."""
    with ExitStack() as until:
        yield Stage(chrome, until)
