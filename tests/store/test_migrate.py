"""Migrations: from empty to exactly the tables that the code knows, on both databases; one line without forks."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, Table, UniqueConstraint, func, inspect, select

from app.resources import folder
from app.store import migrate, tables
from app.store.engine import make_engine
from app.store.tables import metadata


def _differences(url: str, known: MetaData) -> list[object]:
    with make_engine(url, write=False).connect() as db:
        return list(compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), known))


def test_migrating_from_empty_gives_the_tables_that_the_code_knows(database: str) -> None:
    assert _differences(database, metadata) == []


def test_every_key_of_the_code_is_a_key_of_the_database(database: str) -> None:
    """Alembic compares neither primary keys nor, on SQLite, every constraint: so they are compared by name and columns."""
    with make_engine(database, write=False).connect() as db:
        seen = inspect(db)
        for table in metadata.sorted_tables:
            assert seen.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]
            unique = {c.name: c.columns.keys() for c in table.constraints if isinstance(c, UniqueConstraint)}
            assert {u["name"]: u["column_names"] for u in seen.get_unique_constraints(table.name)} == unique


def test_a_column_that_no_migration_makes_is_seen(sqlite: str) -> None:
    """The control."""
    known = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(known)
    known.tables["days"].append_column(Column("forgotten", Integer))
    Table("nowhere", known, Column("id", Integer, primary_key=True))
    assert {d[0] for d in _differences(sqlite, known) if isinstance(d, tuple)} == {"add_column", "add_table"}


def test_migrations_form_one_line_and_a_file_is_named_after_its_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [migrate.newest()]
    assert all(Path(s.path).name.startswith(f"{s.revision}_") for s in scripts.walk_revisions())


def test_a_database_is_behind_until_it_is_migrated_and_never_after(database: str, tmp_path: Path) -> None:
    assert not migrate.pending(database)
    migrate.upgrade(database)
    empty = f"sqlite:///{tmp_path}/not-there-yet/empty.db"
    assert migrate.pending(empty)
    migrate.upgrade(empty)
    assert not migrate.pending(empty)


def _put_back(url: str, revision: str) -> None:
    """The database emptied, and migrated no further than this."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    with make_engine(url, write=True).begin() as db:
        known = MetaData()
        known.reflect(db)
        known.drop_all(db)
        config.attributes["connection"] = db
        command.upgrade(config, revision)


OLD = (
    "INSERT INTO sites VALUES ('aalborg', 'the file', 3, 'e', 7)",
    "INSERT INTO events VALUES ('aalborg', 7, '2026-11-25', '2026-11-25 08:00', 'accepted', null, null, null, 'clerk', '{}')",
    "INSERT INTO tickets VALUES ('a hash', 'aalborg', '2026-11-25', 'a visit', '2026-11-26 00:00')",
    "INSERT INTO idempotency VALUES ('aalborg', 'a key of old', 'a hash', 200, '{}', '2026-11-25 08:00')",
)


def test_a_house_of_the_release_before_keeps_its_file_its_number_its_log_and_its_links(database: str) -> None:
    _put_back(database, "0006")
    with make_engine(database, write=True).begin() as db:
        for row in OLD:
            db.exec_driver_sql(row)
    migrate.upgrade(database)
    with make_engine(database, write=False).connect() as db:
        assert db.execute(select(tables.house_files)).all() == [("aalborg", "the file")]
        assert db.execute(select(tables.sites)).all() == [("aalborg", 3, "e", 7)]
        for table in (tables.events, tables.tickets, tables.idempotency):
            assert db.execute(select(func.count()).select_from(table)).scalar() == 1
    assert _differences(database, metadata) == []


def test_a_day_of_the_log_is_found_by_its_index_however_long_the_log_is(sqlite: str) -> None:
    """Kept in the order of its key instead, SQLite read all of it."""
    query = "SELECT * FROM events WHERE site_id = 'aalborg' AND day = '2026-11-25' ORDER BY seq"
    with make_engine(sqlite, write=False).connect() as db:
        ((*_, plan),) = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert plan == "SEARCH events USING INDEX ix_events_day (site_id=? AND day=?)"


def test_a_database_of_an_older_release_is_behind(sqlite: str) -> None:
    with make_engine(sqlite, write=True).begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert migrate.pending(sqlite)
