"""Real parts for tests: both databases, a server, clients."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.config import Settings
from app.main import create_app
from app.store.access import Holder, make_token
from app.store.engine import make_engine
from app.store.migrate import upgrade
from app.store.store import Store
from tests.builders import SAMPLE, Clock, Hall
from tests.postgres import Postgres

SECRET = b"a secret that only the tests know."
_measured: list[str] = []


@pytest.fixture
def measured() -> Callable[[str], None]:
    """Say a figure at the end of the run: none of them is asserted."""
    return _measured.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Under xdist the workers' figures are lost; `make soak` runs in one process."""
    for line in _measured:
        terminalreporter.write_line(f"measured: {line}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own, on a socket and a loopback port; its address without a database name."""
    # Not below pytest's folder: another run of pytest would shut the server's user out of that.
    with tempfile.TemporaryDirectory(prefix="samedag-postgres-") as folder:
        home = Path(folder)
        server = Postgres(home)
        server.start()
        yield server.url
        server.stop()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file, to be copied: migrating is slow beside most tests."""
    file = tmp_path_factory.mktemp("migrated") / "samedag.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite(tmp_path: Path, migrated: Path) -> str:
    """The address of an empty, migrated SQLite file."""
    shutil.copy(migrated, tmp_path / "samedag.db")
    return f"sqlite:///{tmp_path}/samedag.db"


@pytest.fixture
def postgresql(postgres: str) -> str:
    """The address of an empty, migrated PostgreSQL database."""
    url = f"{postgres}/postgres"
    engine = make_engine(url, write=True)
    with engine.begin() as db:
        db.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    engine.dispose()
    upgrade(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database; each test runs on both kinds."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves."""
    return Clock()


@pytest.fixture
def hall(sqlite: str, clock: Clock) -> Iterator[Hall]:
    """The sample house, empty, in the morning."""
    store = Store(sqlite, clock, SECRET)
    store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
    yield Hall(store, clock)
    store.close()


@pytest.fixture
def both(database: str, clock: Clock) -> Iterator[Hall]:
    """The same on both databases."""
    store = Store(database, clock, SECRET)
    store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
    yield Hall(store, clock)
    store.close()


class Client(TestClient):
    """A client of the whole application, with a token for each role."""

    site = "/api/v1/sites/aalborg"
    tokens: dict[str, str]

    def as_(self, role: str) -> dict[str, str]:
        """Headers of a role; a clerk is named with the desk, as clerk:cs-1."""
        return {"Authorization": f"Bearer {self.tokens[role]}"}


@pytest.fixture
def client(sqlite: str, clock: Clock) -> Iterator[Client]:
    """The application over HTTP."""
    store = Store(sqlite, clock, SECRET)
    store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
    roles = {"admin": (), "floorwalker": (), "manager": (), "kiosk": (), "display": (), "clerk:cs-1": ("cs-1",)}
    roles |= {"clerk:siri-1": ("siri-1",)}
    made = {
        role: store.write_here(
            lambda db, r=role, d=desks: make_token(db, Holder("aalborg", r, r.partition(":")[0], d), clock())
        )
        for role, desks in roles.items()
    }
    store.close()
    settings = Settings(database_url=sqlite, secret=SECRET.decode(), env="development", base_url="http://testserver")
    with Client(create_app(settings, clock)) as found:
        found.tokens = made
        yield found
