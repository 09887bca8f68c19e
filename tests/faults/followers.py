"""Many screens that follow a board, in a process of their own: `python -m tests.faults.followers PATH MANY PORT...`.

They say one line when each has its first screen; when the input ends, one more: for each call, when each of them heard it.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Sequence

from tests.faults.apart import Apart
from tests.faults.hostile import handshake

_ID = re.compile(rb'"id":"([^"]+)"')


class _Follower:
    def __init__(self) -> None:
        self.heard: dict[str, float] = {}
        self.there = asyncio.Event()

    async def follow(self, port: int, path: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        writer.write(handshake(port, path))
        await reader.readuntil(b"\r\n\r\n")
        while True:
            size = (await reader.readexactly(2))[1]
            if size >= 126:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
            message, at = await reader.readexactly(size), time.monotonic()
            for call in _ID.findall(message.rpartition(b'"calls":[')[2]):
                self.heard.setdefault(call.decode(), at)
            self.there.set()


async def _all(path: str, many: int, ports: Sequence[int]) -> None:
    followers = [_Follower() for _ in range(many)]
    tasks = [asyncio.create_task(f.follow(ports[n % len(ports)], path)) for n, f in enumerate(followers)]
    for follower in followers:
        await follower.there.wait()
    print("there", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    heard: dict[str, list[float]] = {}
    for follower in followers:
        for call, at in follower.heard.items():
            heard.setdefault(call, []).append(at)
    print(json.dumps(heard), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Followers(Apart):
    """That process, as a test has it: from `with` on each of them has its screen."""

    def __init__(self, path: str, many: int, ports: Sequence[int]) -> None:
        super().__init__("tests.faults.followers", path, str(many), *map(str, ports))

    def heard(self) -> dict[str, list[float]]:
        """For each call the moments, by the machine's monotonic clock, at which they heard it; then they are gone."""
        found: dict[str, list[float]] = json.loads(self.said())
        return found


if __name__ == "__main__":
    asyncio.run(_all(sys.argv[1], int(sys.argv[2]), [int(port) for port in sys.argv[3:]]))
