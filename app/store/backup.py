"""Backup: the whole database as one compressed file, taken while the house runs, and entered into an empty database of either kind.

A line that says what it is, the rows table by table, and a last line that counts them: a file that was cut off is refused
before anything is entered. Personal words and messages on their way are left out: a backup would outlive their wiping.
"""

import gzip
import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, Engine, Table, func, insert, select, update

from app.domain.ids import iso, moment
from app.store import tables as t
from app.store.codec import plain
from app.store.migrate import revision
from app.store.tables import Moment

FORMAT = "samedag backup 1"
LEFT_OUT = (t.personal, t.kept_words, t.outbox)
BATCH = 2_000

Told = Callable[[int], None]
"""Hears how many rows are done, now and then."""


class BackupRefused(Exception):
    """The file or the database is not as it must be; nothing was changed."""


def write_backup(engine: Engine, file: Path, at: datetime, told: Told = lambda done: None) -> int:
    """Write every row as it is at one moment; how many. The file is there whole or not at all."""
    part, count = file.with_name(file.name + ".part"), 0
    with _snapshot(engine) as db, part.open("wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=5, mtime=0) as out:
            header = {"format": FORMAT, "revision": revision(db), "at": iso(at)}
            out.write(_line(header))
            for table in _kept():
                for row in db.execute(select(table)).yield_per(BATCH).mappings():
                    out.write(_line({"table": table.name, "row": {k: plain(v) for k, v in row.items()}}))
                    count += 1
                    if count % BATCH == 0:
                        told(count)
            out.write(_line({"rows": count}))
        raw.flush()
        os.fsync(raw.fileno())
    part.replace(file)
    return count


def _snapshot(engine: Engine) -> Connection:
    """A connection on which everything read is of one moment."""
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(isolation_level="REPEATABLE READ")
    return engine.connect()


def _kept() -> list[Table]:
    return [table for table in t.metadata.sorted_tables if table not in LEFT_OUT]


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def restore(engine: Engine, file: Path, told: Told = lambda done: None) -> int:
    """Enter a backup into an empty, migrated database; how many rows. Every site gets a new epoch: what followers knew is void."""
    with engine.connect() as db, db.begin():
        if db.execute(select(func.count()).select_from(t.sites)).scalar_one():
            raise BackupRefused("This database holds a house already. Restore into an empty one.")
        header, *_, end = _ends(file)
        if header.get("format") != FORMAT:
            raise BackupRefused("This is no backup of Samedag.")
        if header["revision"] != revision(db):
            raise BackupRefused(
                f"This backup is of schema {header['revision']}. Restore it with that version, then migrate."
            )
        if "rows" not in end:
            raise BackupRefused("The backup ends before its last line. Take another copy of it.")
        count = _enter(db, file, told)
        for site in list(db.execute(select(t.sites.c.site_id)).scalars()):
            fresh = {"epoch": secrets.token_hex(8)}
            db.execute(update(t.sites).where(t.sites.c.site_id == site).values(fresh))
    return count


def _ends(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first and the last line, once the whole file has been read without a flaw."""
    first = last = None
    for line in _lines(file):
        first = line if first is None else first
        last = line
    if first is None or last is None:
        raise BackupRefused("The file is empty.")
    return json.loads(first), json.loads(last)


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file, "rb") as lines:
            yield from lines
    except (EOFError, OSError, zlib.error) as error:
        raise BackupRefused("The file is damaged or cut off. Take another copy of it.") from error


def _enter(db: Connection, file: Path, told: Told) -> int:
    tables, count = {table.name: table for table in _kept()}, 0
    entries = (entry for line in _lines(file) if "table" in (entry := json.loads(line)))
    for name, of_table in groupby(entries, key=lambda entry: entry["table"]):
        columns = tables[name].c
        while batch := list(islice(of_table, BATCH)):
            rows = [{k: _value(columns[k].type, v) for k, v in entry["row"].items()} for entry in batch]
            db.execute(insert(tables[name]), rows)
            count += len(rows)
            told(count)
    return count


def _value(kind: object, value: Any) -> Any:
    """A cell as its column takes it."""
    if value is None:
        return None
    if isinstance(kind, Moment):
        return moment(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
