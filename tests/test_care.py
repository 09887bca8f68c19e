"""Looking after the data: what is due is forgotten, a backup enters any empty database, a check-up finds what is wrong."""

import contextlib
import gzip
import json
import sqlite3
import threading
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app.actions import reception, sweeps
from app.checkup import checkup
from app.cli import app
from app.config import Settings
from app.store import backup, engine, eventlog, floors, retention
from app.store.backup import BackupRefused
from app.store.engine import make_engine
from app.store.migrate import upgrade
from app.store.retention import Spans
from app.store.store import Store
from app.store.tables import metadata, sites
from tests.builders import DESKS, MORNING, Clock, Hall
from tests.conftest import SECRET

CANARY = "a word that only this test knows"
SPANS = Spans(timings=timedelta(days=396), actors=timedelta(days=183))


def _lived_day(hall: Hall) -> None:
    """A day with a note, closed in the evening."""
    hall.open(*DESKS)
    visit = hall.arrives("cs.tax")
    hall.do(lambda w: reception.add_note(w, visit.id, CANARY), "floorwalker:kirsten")
    hall.served("tax-1")
    hall.arrives("cs.cpr", adults=2, children=1)
    hall.clock.forward(hours=9)
    hall.do(sweeps.sweep, "clock")


def _forget(hall: Hall) -> retention.Forgotten:
    at, today = hall.clock(), hall.store.today(hall.store.known_here("aalborg").house)
    step = partial(retention.purge, site="aalborg", at=at, today=today, spans=SPANS)
    gone = last = hall.store.write_here(step)
    while last.more:
        last = hall.store.write_here(step)
        gone += last
    retention.settle_file(hall.store.engine)
    return gone


def _bytes(url: str) -> bytes:
    return b"".join(f.read_bytes() for f in Path(url.removeprefix("sqlite:///")).parent.glob("samedag.db*"))


def test_a_note_is_gone_from_every_byte_of_the_file_when_its_day_has_closed(hall: Hall) -> None:
    _lived_day(hall)
    _forget(hall)
    assert CANARY.encode() not in _bytes(hall.store.url)


@pytest.mark.parametrize("tries", [100, 1])
def test_the_log_beside_the_file_is_emptied_also_while_somebody_else_empties_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tries: int
) -> None:
    """With one try alone, which is the control, it is left full now and then."""
    monkeypatch.setattr(retention, "SETTLE_TRIES", tries)
    _lived_day(hall)
    over = threading.Event()

    def empties() -> None:
        with contextlib.closing(sqlite3.connect(hall.store.url.removeprefix("sqlite:///"))) as other:
            while not over.is_set():
                other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    others = [threading.Thread(target=empties) for _ in range(2)]
    for other in others:
        other.start()
    for n in range(50):
        hall.do(lambda w, n=n: w.keep("20261125-101", f"word-{n}", CANARY))
        retention.settle_file(hall.store.engine)
    over.set()
    for other in others:
        other.join()
    assert bool(caplog.records) == (tries == 1)


def test_without_secure_deletion_its_bytes_would_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    plain = tuple(p for p in engine.SQLITE_PRAGMAS if "secure_delete" not in p)
    monkeypatch.setattr(engine, "SQLITE_PRAGMAS", (*plain, "PRAGMA secure_delete=OFF"))
    url = f"sqlite:///{tmp_path}/samedag.db"
    upgrade(url)
    clock = Clock()
    store = Store(url, clock, SECRET)
    hall = Hall(store, clock)
    store.put_site("aalborg", (Path(__file__).parent.parent / "app/houses/aalborg.toml").read_text(encoding="utf-8"))
    _lived_day(hall)
    _forget(hall)
    store.close()
    assert CANARY.encode() in _bytes(url)


def test_after_months_the_log_knows_roles_and_no_names_and_after_a_year_the_day_is_gone(both: Hall) -> None:
    _lived_day(both)
    day = MORNING.date()
    both.clock.forward(days=190)
    assert _forget(both).actors > 0
    actors = {e.actor for e in both.store.read_here(lambda db: eventlog.of_day(db, "aalborg", day))}
    assert actors == {"test", "floorwalker", "clock"}
    told = both.store.read_here(lambda db: eventlog.replayed(db, "aalborg", day))
    assert told == both.store.read_here(lambda db: floors.read_floor(db, "aalborg", day))
    both.clock.forward(days=210)
    assert _forget(both).days == 2, "the day itself, and the one on which its leftovers were to come back"
    assert both.store.read_here(lambda db: eventlog.of_day(db, "aalborg", day)) == []
    assert both.store.read_here(lambda db: floors.read_floor(db, "aalborg", day)).visits == {}
    assert _forget(both).days == 0
    both.open("tax-1")  # numbers go on from where they are
    after = both.store.read_here(lambda db: eventlog.after(db, "aalborg", 0))
    assert [e.seq for e in after] == list(range(after[0].seq, after[-1].seq + 1))


def test_whole_days_are_forgotten_a_few_at_a_time_so_that_the_house_can_write_between(both: Hall) -> None:
    for _ in range(3):  # Wednesday to Friday
        both.open("tax-1")
        both.arrives("cs.tax")
        both.clock.forward(days=1)
    both.clock.forward(days=500)
    at, today = both.clock(), both.store.today(both.store.known_here("aalborg").house)
    step = partial(retention.purge, site="aalborg", at=at, today=today, spans=SPANS)
    gone = [both.store.write_here(step) for _ in range(3)]
    assert [g.days for g in gone] == [2, 1, 0]
    assert [g.more for g in gone] == [True, True, False]


def test_a_backup_enters_an_empty_database_of_either_kind_with_a_new_epoch(both: Hall, tmp_path: Path) -> None:
    _lived_day(both)
    file, url = tmp_path / "day.backup", f"sqlite:///{tmp_path}/other/samedag.db"
    count = backup.write_backup(both.store.engine, file, both.clock())
    upgrade(url)
    assert backup.restore(make_engine(url, write=True), file) == count
    with make_engine(url, write=False).connect() as new, both.store.engine.connect() as old:
        for table in metadata.sorted_tables:
            if table not in (*backup.LEFT_OUT, sites):
                rows = [sorted(map(repr, db.execute(select(table)))) for db in (new, old)]
                assert rows[0] == rows[1], table.name
        assert new.execute(select(sites.c.epoch)).scalar() != old.execute(select(sites.c.epoch)).scalar()
        assert new.execute(select(sites.c.seq)).scalar() == old.execute(select(sites.c.seq)).scalar()
        told = eventlog.replayed(new, "aalborg", MORNING.date())
        assert told == floors.read_floor(new, "aalborg", MORNING.date())
    assert CANARY not in gzip.decompress(file.read_bytes()).decode()


@pytest.mark.parametrize("cut", [0, 40, -20])
def test_a_backup_that_was_cut_off_is_refused_before_anything_is_entered(hall: Hall, tmp_path: Path, cut: int) -> None:
    _lived_day(hall)
    file, url = tmp_path / "day.backup", f"sqlite:///{tmp_path}/other/samedag.db"
    backup.write_backup(hall.store.engine, file, hall.clock())
    file.write_bytes(file.read_bytes()[:cut])
    upgrade(url)
    with pytest.raises(BackupRefused):
        backup.restore(make_engine(url, write=True), file)
    with make_engine(url, write=False).connect() as db:
        assert db.execute(select(sites)).all() == []


def test_a_backup_without_its_last_line_of_another_schema_or_into_a_lived_in_house_is_refused(
    hall: Hall, tmp_path: Path
) -> None:
    _lived_day(hall)
    file, other = tmp_path / "day.backup", tmp_path / "other.backup"
    backup.write_backup(hall.store.engine, file, hall.clock())
    with pytest.raises(BackupRefused, match="already"):
        backup.restore(make_engine(hall.store.url, write=True), file)
    url = f"sqlite:///{tmp_path}/other/samedag.db"
    upgrade(url)
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    newer = json.dumps({**json.loads(lines[0]), "revision": "9999"}).encode() + b"\n"
    for wrong in (lines[:-1], [newer, *lines[1:]], [b"{}\n", *lines[1:]]):
        other.write_bytes(gzip.compress(b"".join(wrong)))
        with pytest.raises(BackupRefused):
            backup.restore(make_engine(url, write=True), other)


def _run(*words: str, **environment: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(words), env={k.upper(): v for k, v in environment.items()})
    return found.exit_code, found.output


def test_the_command_line_backs_up_restores_purges_and_replays(hall: Hall, tmp_path: Path) -> None:
    _lived_day(hall)
    here = {"samedag_database_url": hall.store.url, "samedag_secret": SECRET.decode()}
    file = str(tmp_path / "day.backup")
    assert _run("backup", file, **here)[0] == 0
    assert _run("backup", file, **here)[0] == 1, "a file that is there is not written over"
    there = here | {"samedag_database_url": f"sqlite:///{tmp_path}/other/samedag.db"}
    assert _run("restore", file, **there)[0] == 0
    assert _run("restore", file, **there)[0] == 1
    code, said = _run("replay", "--site", "aalborg", "--date", "2026-11-25", **there)
    assert code == 0 and "the rows agree" in said
    assert _run("purge", "--site", "nowhere", **there)[0] == 1
    assert _run("purge", **there)[0] == 0


def _wrong(url: str, clock: Clock) -> set[str]:
    return {f.what for f in checkup(Settings(database_url=url, secret=SECRET.decode()), clock) if not f.good}


def test_the_check_up_finds_a_clock_that_is_behind_and_a_job_that_stopped(hall: Hall) -> None:
    hall.open("tax-1")
    assert _wrong(hall.store.url, hall.clock) == set()
    assert _wrong(hall.store.url, Clock(MORNING - timedelta(days=1))) == {"clock"}
    hall.clock.forward(hours=30)
    assert _wrong(hall.store.url, hall.clock) == {"jobs"}
    _forget(hall)
    assert _wrong(hall.store.url, hall.clock) == set()


def test_the_doctor_says_what_to_do_and_leaves_with_1(sqlite: str, tmp_path: Path) -> None:
    here = {"samedag_database_url": sqlite, "samedag_secret": SECRET.decode()}
    code, said = _run("doctor", **here)
    assert code == 1 and "samedag site import" in said
    code, said = _run("doctor", **here | {"samedag_database_url": f"sqlite:///{tmp_path}/none/samedag.db"})
    assert code == 1 and "samedag migrate" in said
    code, said = _run("doctor", **here | {"samedag_database_url": "postgresql://nobody@127.0.0.1:1/none"})
    assert code == 1 and "not to be had" in said
