"""Real parts for tests: both databases, a server, clients."""

import os
import shutil
import subprocess
from collections.abc import Iterator
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

SECRET = b"a secret that only the tests know."


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own, on a socket and a loopback port; its address without a database name."""
    initdb = shutil.which("initdb") or str(
        next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)))
    )
    binaries = Path(initdb).resolve().parent
    home = tmp_path_factory.mktemp("postgres")
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        for place in (home, *home.parents[:2]):
            place.chmod(0o755)
        shutil.chown(home, "postgres")
    data, port = home / "data", _free_port()
    subprocess.run([*as_user, binaries / "initdb", "-D", data, "-U", "samedag", "-A", "trust", "-E", "UTF8", "--no-sync"],
                   check=True, capture_output=True, cwd=home)  # fmt: skip
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c max_connections=100"
    pg_ctl = [*as_user, binaries / "pg_ctl", "-D", data, "-w", "-l", home / "log"]
    subprocess.run([*pg_ctl, "-o", options, "start"], check=True, capture_output=True, cwd=home)
    yield f"postgresql://samedag@127.0.0.1:{port}"
    subprocess.run([*pg_ctl, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=home)


def _free_port() -> int:
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database; each test runs on both kinds."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/samedag.db"
    else:
        url = request.getfixturevalue("postgres") + "/postgres"
        with make_engine(url, write=True).begin() as db:
            db.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    upgrade(url)
    return url


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The address of an empty, migrated SQLite file."""
    url = f"sqlite:///{tmp_path}/samedag.db"
    upgrade(url)
    return url


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
