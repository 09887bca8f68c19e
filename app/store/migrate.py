"""Migrations: from nothing, or from any release, to the tables of this one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.resources import folder
from app.store.engine import is_sqlite, make_engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    return config


def upgrade(url: str) -> None:
    """Bring the database to the newest revision; does nothing when it is there."""
    if is_sqlite(url):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    if not pending(url):
        return
    config = _config()
    with make_engine(url, write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def pending(url: str) -> bool:
    """Whether the database is behind this program."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if is_sqlite(url) and not Path(url.removeprefix("sqlite:///")).exists():
        return True
    with make_engine(url, write=False).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != newest
