"""Clients that mean ill, many at a time, in a process of their own: `python -m tests.faults.hostile PORT WAY...`.

One for each way that is named. They never leave by themselves. The process says one line when all are there, and when
its input ends one more: how each of them fared.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.faults.apart import Apart

BOARD = "/live/sites/aalborg/board"
HEALTH = b'{"type":"health","sound":true,"visible":true}'
MASK = b"\x00\x00\x00\x00"
CHUNK = 65_536


@dataclass(slots=True)
class Fate:
    """How one of them fared: the code it was told, if any, and how long after its first ill act it was let go."""

    way: str
    code: int | None = None
    seconds: float | None = None


def handshake(port: int, path: str = BOARD) -> bytes:
    """The head of a request for a socket."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def frame(head: int, body: bytes = b"") -> bytes:
    """A short frame of a client's."""
    return bytes((head, 0x80 | len(body))) + MASK + body


def close_code(heard: bytes) -> int | None:
    """The code in the close frame among these frames of a server's."""
    at = heard.find(b"\r\n\r\n") + 4 if heard.startswith(b"HTTP/") else 0
    while at + 2 <= len(heard):
        size, start = heard[at + 1], at + 2
        if size >= 126:
            start += 2 if size == 126 else 8
            size = int.from_bytes(heard[at + 2 : start], "big")
        if heard[at] == 0x88:
            return int.from_bytes(heard[start : start + 2], "big") or None
        at = start + size
    return None


def _much(one: bytes) -> bytes:
    return one * (CHUNK // len(one))


FLOODS = {
    "messages": _much(frame(0x81, HEALTH)),
    "pings": _much(frame(0x89, b"x" * 125)),
    "empty pieces": _much(frame(0x00)),
    "a head without end": b"X-More: " + b"x" * CHUNK,
}
FIRST = {"empty pieces": frame(0x01), "a head without end": b"GET / HTTP/1.1\r\nHost: x\r\n"}
SILENT = {"nothing": b"", "half a head": b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow", "half a body": b""}
SILENT["half a body"] = b"POST /api/v1/sites/aalborg/visits HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n"
SILENT["half a body"] += b"Content-Type: application/json\r\n\r\n{"


class Ill:
    """One of them."""

    def __init__(self, port: int, way: str) -> None:
        self.fate, self._port = Fate(way), port
        self._loop = asyncio.get_running_loop()
        self.there = asyncio.Event()

    async def live(self, go: asyncio.Event) -> None:
        """Connect, wait for the others, do ill until let go."""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.setblocking(False)
        await self._loop.sock_connect(self._socket, ("127.0.0.1", self._port))
        way = self.fate.way
        upgraded = way == "reads nothing" or way in ("messages", "pings", "empty pieces")
        heard = b""
        if upgraded:
            await self._loop.sock_sendall(self._socket, handshake(self._port))
            while b"\r\n\r\n" not in heard:
                heard += await self._loop.sock_recv(self._socket, 512)
        self.there.set()
        await go.wait()
        begun = time.monotonic()
        if way in FLOODS:
            heard = await self._flood(heard)
        elif way in SILENT:
            await self._loop.sock_sendall(self._socket, SILENT[way])
            heard = await self._listen(heard)
        else:
            await asyncio.Event().wait()
        self.fate.seconds, self.fate.code = time.monotonic() - begun, close_code(heard)

    async def _flood(self, heard: bytes) -> bytes:
        listening = None if self.fate.way == "pings" else asyncio.create_task(self._listen(heard))
        try:
            await self._loop.sock_sendall(self._socket, FIRST.get(self.fate.way, b""))
            while listening is None or not listening.done():
                await asyncio.wait_for(self._loop.sock_sendall(self._socket, FLOODS[self.fate.way]), 1)
        except (TimeoutError, OSError):  # it takes no more; what it said before that is still to be read
            pass
        return await (listening or self._listen(heard))

    async def _listen(self, heard: bytes) -> bytes:
        while True:
            try:
                more = await self._loop.sock_recv(self._socket, CHUNK)
            except OSError:
                return heard
            if not more:
                return heard
            heard += more


async def _all(port: int, ways: Sequence[str]) -> None:
    ill, go = [Ill(port, way) for way in ways], asyncio.Event()
    tasks = [asyncio.create_task(one.live(go)) for one in ill]
    for one in ill:
        await one.there.wait()
    print("there", flush=True)
    go.set()
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps([asdict(one.fate) for one in ill]), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Crowd(Apart):
    """That process, as a test has it: from `with` on all are there and at it."""

    def __init__(self, port: int, ways: Sequence[str]) -> None:
        super().__init__("tests.faults.hostile", str(port), *ways)

    def fates(self) -> list[Fate]:
        """How they fared up to now; then they are gone."""
        return [Fate(**one) for one in json.loads(self.said())]


if __name__ == "__main__":
    asyncio.run(_all(int(sys.argv[1]), sys.argv[2:]))
