"""Houses and days to measure on, put in beforehand through the product's own works."""

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

from app.actions import calling, desks, reception, serving
from app.actions.reception import Arrival
from app.store.access import Holder, make_token
from app.store.migrate import upgrade
from app.store.store import Store
from app.store.work import Work
from tests.builders import MORNING, SAMPLE, Clock, party
from tests.server import SECRET

T = TypeVar("T")

SITE = "aalborg"
DESKS = tuple(f"bench-{n}" for n in range(1, 17))
"""Citizen Services with desks enough for sixteen callers."""

ERRANDS = ("cs.cpr",)
"""What everybody waits for: all stand in one line, so that each call concerns every phone."""

_DESK = """
[[desk]]
code = "{code}"
authority = "cs"
label.da = "Skranke {code}"
label.en = "Desk {code}"
place.da = "Oppe"
place.en = "Upstairs"
services = ["cs.cpr", "cs.doctor", "cs.tax", "cs.mitid"]
"""


class Day:
    """A house that is open, and what is done to it before a server takes over."""

    def __init__(self, url: str, extra_desks: bool = True) -> None:
        upgrade(url)
        self.url, self.clock = url, Clock(MORNING - timedelta(minutes=45))
        self.store = Store(url, self.clock, SECRET.encode())
        text = SAMPLE.read_text(encoding="utf-8")
        more = "".join(_DESK.format(code=code) for code in DESKS) if extra_desks else ""
        self.store.put_site(SITE, text + more)
        self.token = self.store.write_here(lambda db: make_token(db, Holder(SITE, "bench", "admin", ()), MORNING))
        self.links: list[str] = []

    def do(self, act: Callable[[Work], T]) -> T:
        """One work."""
        return self.store.run_here(SITE, act, "bench")

    def open(self, codes: tuple[str, ...]) -> None:
        """Open desks."""
        for code in codes:
            self.do(lambda w, c=code: desks.open_desk(w, c))

    def arrive(self, count: int, services: tuple[str, ...] = ERRANDS) -> None:
        """So many parties wait."""

        def act(work: Work) -> list[str]:
            found = [
                reception.arrive(work, Arrival("walk_in", party(), services=services, anyway=True))
                for _ in range(count)
            ]
            return [work.give_link(visit) for visit in found]

        self.links += self.do(act)

    def serve(self, count: int, desk: str = "tax-1") -> None:
        """So many parties have come and gone, served."""
        for _ in range(0, count, 50):
            self.do(lambda w: _served(w, min(50, count), desk))

    def copy_back(self, days: int) -> None:
        """Put as many earlier days into the log and the rows, each like today. SQLite only."""
        today = self.store.today(self.store.known_here(SITE).house)
        self.store.close()
        with sqlite3.connect(self.url.removeprefix("sqlite:///")) as db:
            columns = {t: [c[1] for c in db.execute(f"PRAGMA table_info({t})")] for t in COPIED}
            rows = {t: db.execute(f"SELECT * FROM {t} WHERE day = ?", (today.isoformat(),)).fetchall() for t in COPIED}
            shift = days * len(rows["events"])
            db.execute("UPDATE events SET seq = -seq")
            db.execute("UPDATE events SET seq = ? - seq", (shift,))
            db.execute("UPDATE sites SET seq = seq + ?", (shift,))
            for table in COPIED:
                marks = ",".join("?" * len(columns[table]))
                copies = (
                    _moved(columns[table], row, n, today, len(rows["events"]))
                    for n in range(days)
                    for row in rows[table]
                )
                db.executemany(f"INSERT INTO {table} VALUES ({marks})", copies)

    def close(self) -> None:
        """Hand over to a server."""
        self.store.close()


COPIED = ("days", "visits", "stops", "desks", "events")


def _moved(columns: list[str], row: tuple[object, ...], n: int, today: date, events: int) -> list[object]:
    """A row as it would be `n + 1` days earlier; of an event, with a number of that day. The days were closed, as days are."""
    day = (today - timedelta(days=n + 1)).isoformat()
    values = dict(zip(columns, row, strict=True)) | {"day": day}
    if "closed_at" in values:
        values["closed_at"] = f"{day} 18:00:00.000000"
    if "seq" in values:
        values["seq"] = int(str(values["seq"])) + n * events
    return [values[c] for c in columns]


def _served(work: Work, count: int, desk: str) -> None:
    for _ in range(count):
        reception.arrive(work, Arrival("walk_in", party(), services=("cs.tax",), anyway=True))
        calling.call_next(work, desk)
        serving.start(work, desk)
        serving.finish(work, desk)
