"""Alembic's entry: migrate the database that the caller gives, or that SAMEDAG_DATABASE_URL names."""

from alembic import context

from app.config import Settings
from app.store.engine import make_engine
from app.store.tables import metadata


def run() -> None:
    """Migrate within one transaction."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    with make_engine(Settings().database_url, write=True).connect() as connection:
        _migrate(connection)
        connection.commit()


def _migrate(connection: object) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


run()
