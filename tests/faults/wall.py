"""A wall display that follows the board and writes down when it heard what."""

import itertools
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

BOARD = "/live/sites/aalborg/board"


class Wall(threading.Thread):
    """One socket, followed from `start` until `leave`."""

    def __init__(self, port: int) -> None:
        super().__init__(name="wall", daemon=True)
        self.at: list[float] = []
        self.kinds: list[str] = []
        self.seq = -1
        self.calls = set[str]()
        self.closed: int | None = None
        self._port, self._over, self._news = port, False, threading.Condition()

    def run(self) -> None:
        """Read until there is nothing more."""
        # A beat is its sign of life: a ping would be another.
        url = f"ws://127.0.0.1:{self._port}{BOARD}"
        with connect(url, compression=None, max_size=None, ping_interval=None, open_timeout=60) as socket:
            while not self._over:
                try:
                    self._hear(json.loads(socket.recv(timeout=0.5)))
                except TimeoutError:
                    continue
                except ConnectionClosed:
                    break
        self.closed = socket.close_code

    def _hear(self, message: dict[str, Any]) -> None:
        with self._news:
            self.at.append(time.monotonic())
            self.kinds.append(message["type"])
            self.seq = message["seq"]
            self.calls |= {call["id"] for call in message.get("calls", ())}
            self._news.notify_all()

    def hears(self, what: Callable[["Wall"], bool], within: float) -> bool:
        """Wait until this is so."""
        with self._news:
            return self._news.wait_for(lambda: what(self), within)

    def leave(self) -> None:
        """Close it."""
        self._over = True
        self.join(10)

    def silence(self, since: float, until: float) -> float:
        """The longest time between these moments in which nothing came."""
        with self._news:
            heard = [since, *(at for at in self.at if since <= at <= until), until]
        return max(b - a for a, b in itertools.pairwise(heard))
