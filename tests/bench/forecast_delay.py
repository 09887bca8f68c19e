"""Does a forecast delay a call? Calls of a desk while nothing, a thread or the process for it forecasts 80 parties.

python -m tests.bench.forecast_delay [calls]
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from app.actions import calling, desks, reception, serving
from app.actions.reception import Arrival
from app.domain.outlook import Look, look_from, see
from app.live.foresight import Foresight
from app.store.migrate import upgrade
from app.store.store import Store
from app.store.work import Work
from tests.builders import DESKS, SAMPLE, Clock, party
from tests.conftest import SECRET

PARTIES = 80
WANTED = (("cs.cpr", "cs.mitid"), ("cs.tax",), ("cs.cpr",), ("ihnd.career",), ("cs.cpr", "cs.mitid", "cs.tax"))


def fill(work: Work) -> None:
    """A full house: every desk open, all waiting."""
    for desk in DESKS:
        desks.open_desk(work, desk)
    for n in range(PARTIES):
        reception.arrive(work, Arrival("walk_in", party(), services=WANTED[n % len(WANTED)], anyway=True))


async def calls(store: Store, count: int) -> list[float]:
    """So many calls of one desk, each taken back, in milliseconds from asking to its commit."""
    took = []
    for _ in range(count):
        begun = time.perf_counter()
        await store.run("aalborg", lambda w: calling.call_next(w, "tax-1"), "bench")
        took.append((time.perf_counter() - begun) * 1000)
        await store.run("aalborg", lambda w: serving.undo(w, "tax-1"), "bench")
        await asyncio.sleep(0.01)
    return sorted(took)


async def beside(forecast: Callable[[], Awaitable[object]] | None, store: Store, count: int) -> dict[str, float]:
    """The calls while forecasts run one after another."""
    made = 0

    async def again() -> None:
        nonlocal made
        while forecast is not None:
            await forecast()
            made += 1

    running = asyncio.create_task(again())
    begun = time.perf_counter()
    took = await calls(store, count)
    seconds = time.perf_counter() - begun
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    found = {"p50_ms": took[count // 2], "p99_ms": took[int(count * 0.99)], "max_ms": took[-1]}
    if made:
        found["forecast_ms"] = seconds * 1000 / made
    return {name: round(value, 2) for name, value in found.items()}


async def main(count: int) -> None:
    """Print the three as JSON."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/samedag.db"
        upgrade(url)
        store, foresight = Store(url, Clock(), SECRET), Foresight()
        store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
        await store.run("aalborg", fill, "bench")
        known = await store.known("aalborg")
        look: Look | None = look_from(known.picture.floor, known.house, store.clock(), 1)
        assert look is not None
        await foresight.ask(see, look)
        found = {
            "nothing": await beside(None, store, count),
            "process": await beside(lambda: foresight.ask(see, look), store, count),
            "thread": await beside(lambda: asyncio.to_thread(see, look), store, count),
        }
        print(json.dumps({"parties": PARTIES, "calls": count, **found}, indent=1))
        await foresight.close()
        store.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
