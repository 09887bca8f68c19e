"""Migrations: from nothing, or from any release, to the tables of this one.

Alembic is only imported where there is something to do: a restart that finds the newest tables should not wait for it.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from app.resources import folder
from app.store.engine import is_sqlite, make_engine


def upgrade(url: str) -> None:
    """Bring the database to the newest revision; does nothing when it is there."""
    if is_sqlite(url):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    if not pending(url):
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    engine = make_engine(url, write=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def newest() -> str:
    """The newest revision. Migrations form one line, and the name of each file begins with its four digits."""
    return max(file.name for file in (folder("migrations") / "versions").glob("[0-9]*.py"))[:4]


def revision(db: Connection) -> str | None:
    """The revision that the database is at; none before the first."""
    if not inspect(db).has_table("alembic_version"):
        return None
    found: str | None = db.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def pending(url: str) -> bool:
    """Whether the database is behind this program."""
    if is_sqlite(url) and not Path(url.removeprefix("sqlite:///")).exists():
        return True
    engine = make_engine(url, write=False)
    try:
        with engine.connect() as connection:
            return revision(connection) != newest()
    finally:
        engine.dispose()
