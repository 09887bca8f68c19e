"""The process that serves."""

import gc
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.config import Settings
from app.main import create_app
from tests.conftest import SECRET


@pytest.fixture
def collecting() -> Iterator[None]:
    """The collector as it was, afterwards."""
    was = gc.isenabled(), gc.get_threshold()
    yield
    gc.set_threshold(*was[1])
    (gc.enable if was[0] else gc.disable)()


@pytest.mark.usefixtures("collecting")
def test_garbage_that_was_left_lying_while_it_started_is_collected_again_once_it_serves(sqlite: str) -> None:
    gc.disable()  # as `samedag serve` does before it loads the rest
    settings = Settings(database_url=sqlite, secret=SECRET.decode(), env="development", base_url="http://testserver")
    with TestClient(create_app(settings)):
        assert gc.isenabled()
