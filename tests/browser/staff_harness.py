"""A real house for the pages of staff: a server in a process of its own, a browser that is signed in, a network that cuts."""

import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Browser, BrowserContext

from app.store.access import Holder, make_token
from app.store.store import Store
from tests.builders import MORNING, SAMPLE, Clock
from tests.server import SECRET, Server, prepared

FLOOR = "/sites/aalborg/floor"


class House:
    """The sample house, served; `base` is where a browser finds it."""

    def __init__(self, server: Server, token: str, site: str = "aalborg") -> None:
        self.server, self.token, self.base = server, token, server.base
        self._site = f"/api/v1/sites/{site}"
        self._keys = iter(range(10**6))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """An act of somebody else, over the API."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"harness-{next(self._keys):06}"}
        return httpx2.post(f"{self.server.base}{self._site}{path}", json=body or {}, headers=headers, timeout=60).json()

    def get(self, path: str) -> Any:
        """What the API says."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.get(f"{self.server.base}{self._site}{path}", headers=headers, timeout=60).json()

    def arrive(self, *services: str, adults: int = 1, children: int = 0) -> Any:
        """A party walks in."""
        members = [{"kind": "adult"}] * adults + [{"kind": "child", "age": 5}] * children
        return self.post("/visits", {"arrival": "walk_in", "services": list(services), "members": members})

    def at_the_desk(self, desk: str, *services: str) -> Any:
        """A party is called to a desk and sits there."""
        visit = self.arrive(*services)
        for what in ("openings", "calls", "starts"):
            self.post(f"/desks/{desk}/{what}", {"visit": visit["id"]} if what == "calls" else None)
        return visit

    def neighbour(self, site: str) -> "House":
        """A second house behind the same address."""
        store = Store(self.server.url, Clock(), SECRET.encode())
        store.put_site(site, SAMPLE.read_text(encoding="utf-8").replace('site = "aalborg"', f'site = "{site}"'))
        token = store.write_here(lambda db: make_token(db, Holder(site, "test", "admin", ()), MORNING))
        store.close()
        return House(self.server, token, site)

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        """The log after a number, what people did."""
        found: list[dict[str, Any]] = []
        while more := self.get(f"/events?after={found[-1]['seq'] if found else after}&limit=1000")["events"]:
            found += more
        return [event for event in found if event["actor"] != "clock"]

    def context(self, browser: Browser, base: str | None = None, **more: Any) -> BrowserContext:
        """A browser that is signed in."""
        context = browser.new_context(base_url=base or self.base, **more)
        context.set_default_timeout(30_000)
        self.sign_in(context, base)
        return context

    def sign_in(self, context: BrowserContext, base: str | None = None) -> None:
        """This browser is from now on in a session of this house."""
        context.add_cookies([{"name": "samedag", "value": self.token, "url": base or self.base}])


@contextmanager
def house(place: Path) -> Iterator[House]:
    """Serve the sample house from a fresh file."""
    url = f"sqlite:///{place}/samedag.db"
    token = prepared(url)
    with Server(url) as server:
        yield House(server, token)


class CuttingProxy:
    """A network on its way down or up: of the answers to POSTs it swallows a share, after the server has acted."""

    def __init__(self, port: int, share: float, seed: int = 1) -> None:
        self._to, self._share, self._chance = port, share, random.Random(seed)
        self.cuts = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "CuttingProxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=self._socket.accept()[:1], daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self._to))
        doomed = threading.Event()

        def out(data: bytes) -> bool:
            if data.startswith(b"POST") and self._chance.random() < self._share:
                doomed.set()
            return True

        def back(_: bytes) -> bool:
            if doomed.is_set():
                self.cuts += 1
                return False
            return True

        threading.Thread(target=self._pump, args=(near, far, out), daemon=True).start()
        self._pump(far, near, back)

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket, passes: Callable[[bytes], bool]) -> None:
        with suppress(OSError):
            while (data := source.recv(65536)) and passes(data):
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
