"""What every move writes: a statement made with SQLAlchemy, compiled once for a database, and run on the driver's own cursor.

Running it through SQLAlchemy takes several times as long as SQLite takes for a row by its key. How a value is kept is still for
SQLAlchemy's types to say.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Insert, Select, Table, Update, bindparam, insert
from sqlalchemy.exc import DBAPIError

Row: TypeAlias = Mapping[str, Any]

_Bind: TypeAlias = Callable[[Row], Any]
"""A row as the driver takes it."""


class Prepared:
    """A statement of fixed shape: an insert, an update, or a select of plain columns, with a parameter for each value."""

    def __init__(self, statement: Insert | Update | Select[Any]) -> None:
        self._statement = statement
        self._known: dict[str, tuple[str, _Bind]] = {}

    def run(self, db: Connection, rows: Sequence[Row]) -> int:
        """Run it for each row of values; how many rows of the table it touched. Raises what SQLAlchemy would."""
        if not rows:
            return 0
        sql, bind = self._of(db.dialect)
        try:
            cursor = _cursor(db)
            if len(rows) == 1:
                cursor.execute(sql, bind(rows[0]))
            else:
                cursor.executemany(sql, [bind(row) for row in rows])
            return int(cursor.rowcount)
        except db.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy(db, error) from error

    def first(self, db: Connection, values: Row) -> tuple[Any, ...] | None:
        """The first row that a select finds, as the driver gives it: for columns of text and numbers."""
        sql, bind = self._of(db.dialect)
        try:
            cursor = _cursor(db)
            cursor.execute(sql, bind(values))
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found
        except db.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy(db, error) from error

    def _of(self, dialect: Dialect) -> tuple[str, _Bind]:
        return self._known.get(dialect.name) or self._compiled(dialect)

    def _compiled(self, dialect: Dialect) -> tuple[str, _Bind]:
        compiled = self._statement.compile(dialect=dialect)
        keep = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        places = compiled.positiontup if compiled.positional else None
        found = self._known[dialect.name] = str(compiled), _in_order(places, keep) if places else _by_name(keep)
        return found


def run_plain(db: Connection, sql: str) -> None:
    """Run a statement without values on the driver's own cursor. Raises what SQLAlchemy would."""
    try:
        _cursor(db).execute(sql)
    except db.dialect.loaded_dbapi.Error as error:
        raise _as_sqlalchemy(db, error) from error


def _cursor(db: Connection) -> Any:
    """The driver's own cursor. It is closed as it is let go of."""
    raw = db.connection.dbapi_connection
    assert raw is not None, "a connection in use has one"
    return raw.cursor()


def _as_sqlalchemy(db: Connection, error: BaseException) -> BaseException:
    errors = db.dialect.loaded_dbapi.Error
    return DBAPIError.instance(None, None, error, errors, dialect=db.dialect)


_Keep: TypeAlias = Mapping[str, Callable[[Any], Any] | None]


def _in_order(places: Sequence[str], keep: _Keep) -> _Bind:
    takes = [(itemgetter(name), keep[name]) for name in places]
    return lambda row: [kept(take(row)) if kept else take(row) for take, kept in takes]


def _by_name(keep: _Keep) -> _Bind:
    takes = [(name, itemgetter(name), kept) for name, kept in keep.items()]
    return lambda row: {name: kept(take(row)) if kept else take(row) for name, take, kept in takes}


def insertion(table: Table) -> Prepared:
    """A whole new row."""
    return Prepared(insert(table).values({c.name: bindparam(c.name) for c in table.columns}))
