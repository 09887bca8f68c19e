"""Of several processes one forecasts; when it dies, another does."""

import time
from pathlib import Path
from uuid import uuid4

from tests.faults.desk import Line
from tests.faults.ledger import house
from tests.faults.standby import Standby

PARTY = {"arrival": "walk_in", "services": ["cs.cpr"], "members": [{"kind": "adult"}], "anyway": True}
SITE = "/api/v1/sites/aalborg"


def _forecasts(pid: int) -> bool:
    """Whether this server has had a forecast made: it started the process for it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return any(b"app.live.foreseer" in Path(f"/proc/{child}/cmdline").read_bytes() for child in children)


def _who_forecasts(pids: list[int], arrive: Line) -> list[int]:
    """Let parties come until somebody forecasts; who does after all have had the time to."""
    end = time.monotonic() + 30
    while not any(map(_forecasts, pids)) and time.monotonic() < end:
        arrive.ask("POST", f"{SITE}/visits", PARTY, uuid4().hex)
        time.sleep(0.5)
    for _ in range(4):
        arrive.ask("POST", f"{SITE}/visits", PARTY, uuid4().hex)
        time.sleep(0.5)
    return [pid for pid in pids if _forecasts(pid)]


def test_of_several_processes_one_forecasts_and_when_it_dies_another_does(postgresql: str) -> None:
    token = house(postgresql, porter="floorwalker")["floorwalker:porter"]
    with Standby(postgresql) as standby:
        pids = {standby.pid(port): port for port in (standby.serve(), standby.serve())}
        first = _who_forecasts(list(pids), Line(next(iter(pids.values())), token))
        assert len(first) == 1
        standby.kill(pids.pop(first[0]))
        assert _who_forecasts(list(pids), Line(next(iter(pids.values())), token)) == list(pids)
