"""R1: nothing acknowledged is lost when the process dies; a command sent again after it has one effect."""

import os
import random
import threading
from pathlib import Path
from uuid import uuid4

import httpx2

from app.store import eventlog, floors
from app.store.store import Store
from tests.builders import Clock
from tests.server import SECRET, Server, prepared

KILLS = 1000 if os.environ.get("SAMEDAG_SOAK") else int(os.environ.get("SAMEDAG_KILLS", "50"))
CLIENTS = 4


class Citizen(threading.Thread):
    """Issues numbers without pause; a command without an answer is sent again with its key, until there is one."""

    def __init__(self, base: str, token: str, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._base, self._over = base, over
        self._headers = {"Authorization": f"Bearer {token}"}
        self.acknowledged: list[str] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        body = {"arrival": "walk_in", "members": [{"kind": "adult"}], "anyway": True}
        with httpx2.Client(base_url=self._base, timeout=10) as http:
            while not self._over.is_set():
                headers = self._headers | {"Idempotency-Key": uuid4().hex}
                self._send(http, body, headers)

    def _send(self, http: httpx2.Client, body: dict[str, object], headers: dict[str, str]) -> None:
        while True:
            try:
                answer = http.post("/api/v1/sites/aalborg/visits", json=body, headers=headers)
            except httpx2.TransportError:
                if self._over.wait(0.02):
                    return
                continue
            if answer.status_code == 201:
                self.acknowledged.append(answer.json()["id"])
            elif answer.status_code != 503:
                self.wrong.append(answer.text)
            return


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/samedag.db"
    token, seed = prepared(url), random.randrange(10**6)
    print("seed", seed)
    rng, over = random.Random(seed), threading.Event()
    with Server(url) as server:
        citizens = [Citizen(server.base, token, over) for _ in range(CLIENTS)]
        for citizen in citizens:
            citizen.start()
        for _ in range(KILLS):
            over.wait(rng.uniform(0.05, 0.4))
            server.kill()
            server.start()
        over.set()
        for citizen in citizens:
            citizen.join(15)
    acknowledged = [v for c in citizens for v in c.acknowledged]
    store = Store(url, Clock(), SECRET.encode())
    logged = store.read_here(lambda db: eventlog.after(db, "aalborg", 0, 10**6))
    day = logged[0].day
    kept = store.read_here(lambda db: floors.read_floor(db, "aalborg", day))
    told = store.read_here(lambda db: eventlog.replayed(db, "aalborg", day))
    store.close()
    assert [c.wrong for c in citizens] == [[]] * CLIENTS
    assert set(acknowledged) <= kept.visits.keys()
    assert len(acknowledged) == len(set(acknowledged)), "a command that was sent again issued a second number"
    assert len(acknowledged) > KILLS
    assert [e.seq for e in logged] == list(range(1, len(logged) + 1))
    assert told == kept
