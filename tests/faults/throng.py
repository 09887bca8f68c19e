"""Commands at a rate that somebody sets, whatever the answers: `python -m tests.faults.throng PORT TOKEN VISIT...`.

A process of its own, so that it takes nothing from who measures. Each line of its input orders a throng; each line of
its output says how that fared, but the first, which says `there`.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from tests.faults.apart import Apart
from tests.faults.desk import SITE
from tests.faults.ledger import DESKS

MOST_LINES = 1_000
"""So many connections are opened; who finds none free is not counted among those that asked."""


@dataclass(slots=True)
class Fared:
    """How a throng fared; moments are the machine's monotonic clock."""

    answers: dict[str, int] = field(default_factory=dict)  # by status and code
    waited: list[float] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)  # acknowledged
    hasty: int = 0  # told 503 without a word of when to come again
    lost: int = 0  # connections that broke
    nowhere: int = 0  # found no free connection
    begun: float = 0.0
    sent: float = 0.0  # when the last was

    @property
    def many(self) -> int:
        """How many were answered."""
        return sum(self.answers.values())


class _Throng:
    def __init__(self, port: int, token: str, visits: Sequence[str]) -> None:
        self._port, self._visits, self._rng = port, visits, random.Random()
        self._head = f"Host: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._open = 0

    def _request(self) -> bytes:
        rng, body = self._rng, "{}"
        if rng.random() < 0.1:
            path = f"/desks/{rng.choice(DESKS)}/{rng.choice(('calls', 'requeues'))}"
        else:
            path, body = f"/visits/{rng.choice(self._visits)}/priority", rng.choice(('{"on":true}', '{"on":false}'))
        head = f"POST {SITE}{path} HTTP/1.1\r\n{self._head}Idempotency-Key: {uuid4().hex}\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    async def one(self, fared: Fared) -> None:
        """One command and its answer."""
        begun = time.monotonic()
        try:
            if self._free:
                reader, writer = self._free.pop()
            else:
                self._open += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(self._request())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            size = int(head.partition("content-length:")[2].split()[0])
            body = await reader.readexactly(size)
        except (OSError, EOFError):
            fared.lost += 1
            self._open -= 1
            return
        self._free.append((reader, writer))
        status = head.split()[1]
        said: dict[str, Any] = json.loads(body) if "json" in head else {}
        what = f"{status} {said.get('code', '')}".strip()
        fared.answers[what] = fared.answers.get(what, 0) + 1
        fared.waited.append(time.monotonic() - begun)
        fared.hasty += status == "503" and "retry-after:" not in head
        if status == "201" and "call" in said:
            fared.calls.append(said["call"]["id"])

    async def at_ease(self, lines: int, seconds: float) -> Fared:
        """So many at a time, each as soon as the one before is answered."""
        fared, end = Fared(begun=time.monotonic()), time.monotonic() + seconds

        async def again() -> None:
            while time.monotonic() < end:
                await self.one(fared)

        await asyncio.gather(*(again() for _ in range(lines)))
        fared.sent = end
        return fared

    async def at_rate(self, rate: float, seconds: float) -> Fared:
        """So many a second, whatever becomes of them."""
        fared, tasks, due = Fared(begun=time.monotonic()), set[asyncio.Task[None]](), 0
        while (now := time.monotonic() - fared.begun) < seconds:
            for _ in range(int(now * rate) - due):
                due += 1
                if (not self._free and self._open >= MOST_LINES) or len(tasks) >= MOST_LINES:
                    fared.nowhere += 1
                    continue
                task = asyncio.create_task(self.one(fared))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(0.002)
        fared.sent = time.monotonic()
        await asyncio.gather(*tasks)
        return fared


async def _serve(throng: _Throng) -> None:
    print("there", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        how, number, seconds = json.loads(line)
        fared = await (throng.at_ease(number, seconds) if how == "ease" else throng.at_rate(number, seconds))
        print(json.dumps(asdict(fared)), flush=True)


class Throng(Apart):
    """That process, as a test has it."""

    def __init__(self, port: int, token: str, visits: Sequence[str]) -> None:
        super().__init__("tests.faults.throng", str(port), token, *visits)

    def order(self, how: str, number: float, seconds: float) -> Fared:
        """A throng, `ease` (so many at a time) or `rate` (so many a second); waits until every one of it is answered."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([how, number, seconds]) + "\n")
        self._process.stdin.flush()
        return Fared(**json.loads(self._process.stdout.readline()))


if __name__ == "__main__":
    asyncio.run(_serve(_Throng(int(sys.argv[1]), sys.argv[2], sys.argv[3:])))
