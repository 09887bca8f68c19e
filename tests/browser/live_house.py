"""The whole application on a real socket, in this process, with a clock that the test moves; and a browser to look at it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.config import Settings
from app.main import create_app
from app.store.access import Holder, make_token
from app.store.migrate import upgrade
from app.store.store import Store
from tests.builders import SAMPLE, Clock

SECRET = "a secret that only the tests know."
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
BROWSERS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
"""The first that is there: without windows a context costs a third of what it costs with them."""
ROLES = {"admin": (), "floorwalker": (), "manager": (), "kiosk": (), "clerk": ("cs-1",)}
BOOKINGS = "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status;Bemærkning\r\n"


def until(true: Callable[[], object]) -> None:
    """Wait until something is so; fails after 15 s."""
    for _ in range(150):
        if true():
            return
        threading.Event().wait(0.1)
    raise AssertionError("the house did not come to that")


class LiveHouse:
    """The sample house behind its own address: acts go over HTTP, as everybody's do."""

    def __init__(self, base: str, clock: Clock, tokens: dict[str, str], app: Any) -> None:
        self.base, self.clock, self.tokens, self.app = base, clock, tokens, app
        self._http = httpx2.Client(base_url=base, timeout=10)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def post(self, path: str, body: dict[str, Any] | None = None, role: str = "admin") -> dict[str, Any]:
        """One act; fails the test where it is refused."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        answer = self._http.post(f"/api/v1/sites/aalborg{path}", json=body or {}, headers=headers)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str, role: str = "admin") -> dict[str, Any]:
        """What is so."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        found: dict[str, Any] = self._http.get(f"/api/v1/sites/aalborg{path}", headers=headers).json()
        return found

    def from_phone(self, visit: dict[str, Any], act: str) -> None:
        """One act of the citizen, by the link of the ticket."""
        answer = self._http.post(f"/api/v1/tickets/{visit['token']}/{act}", json={})
        assert answer.status_code < 300, answer.text

    def get_page(self, path: str) -> int:
        """A page as a browser asks for it; how it was answered."""
        return self._http.get(path, headers={"Accept": "text/html"}).status_code

    def floor(self) -> dict[str, Any]:
        """The floor's screen."""
        return self.get("/floor")

    def ticket(self, visit: dict[str, Any]) -> dict[str, Any]:
        """The citizen's own screen."""
        found: dict[str, Any] = self._http.get(f"/api/v1/tickets/{visit['token']}").json()
        return found

    def wait_until(self, true: Callable[[], object]) -> None:
        """Until what the clock does has been done."""
        until(true)

    def open(self, *desks: str) -> None:
        """Staff sit down."""
        for desk in desks:
            self.post(f"/desks/{desk}/openings")

    def arrive(self, *services: str, adults: int = 1, children: int = 0, **more: Any) -> dict[str, Any]:
        """A party walks in; its visit, with the link."""
        members = [{"kind": "adult"}] * adults + [{"kind": "child", "age": 7}] * children
        body = {"arrival": "walk_in", "members": members, "services": list(services), "language": "en"} | more
        return self.post("/visits", body, "floorwalker")

    def takes(self, service: str) -> bool:
        """Whether one more walks in for this before it is too late today."""
        body = {"arrival": "walk_in", "members": [{"kind": "adult"}], "services": [service], "language": "en"}
        headers = {"Authorization": f"Bearer {self.tokens['kiosk']}"}
        answer = self._http.post("/api/v1/sites/aalborg/visits", json=body, headers=headers)
        assert answer.status_code in (201, 409), answer.text
        return answer.status_code == 201

    def book(self, *lines: str) -> None:
        """SIRI's list of the day: number;time;service;persons."""
        rows = [line.split(";") for line in lines]
        text = BOOKINGS + "".join(f"{n};25-11-2026;{at};{what};{many};Booket;\r\n" for n, at, what, many in rows)
        headers = {"Authorization": f"Bearer {self.tokens['admin']}", "Content-Type": "text/csv"}
        answer = self._http.post("/api/v1/sites/aalborg/bookings", content=text.encode(), headers=headers)
        assert not answer.json()["rejected"], answer.text

    def call(self, desk: str, visit: dict[str, Any] | None = None) -> None:
        """The next one, or this one, is called."""
        self.post(f"/desks/{desk}/calls", {"visit": visit["id"]} if visit else {})

    def serve(self, desk: str, visit: dict[str, Any], **outcome: Any) -> None:
        """Called, seated and finished."""
        self.call(desk, visit)
        self.post(f"/desks/{desk}/starts")
        self.post(f"/desks/{desk}/finishes", outcome)


@contextmanager
def running(folder: Path, clock: Clock | None = None) -> Iterator[LiveHouse]:
    """The house, open for requests until the block ends."""
    clock = clock or Clock()
    url = f"sqlite:///{folder}/samedag.db"
    upgrade(url)
    store = Store(url, clock, SECRET.encode())
    store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
    tokens = {
        role: store.write_here(lambda db, r=role, d=desks: make_token(db, Holder("aalborg", r, r, d), clock()))
        for role, desks in ROLES.items()
    }
    store.close()
    with socket.create_server(("127.0.0.1", 0)) as door:
        base = f"http://127.0.0.1:{door.getsockname()[1]}"
        settings = Settings(
            database_url=url, secret=SECRET, env="development", base_url=base, secure_cookies=False,
            sms_token="the-token", sms_url="http://127.0.0.1:9/",
        )  # fmt: skip  # SMS is offered, and goes nowhere
        app = create_app(settings, clock)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="websockets-sansio"))
        thread = threading.Thread(target=server.run, args=([door],), daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            thread.join(0.02)
        house = LiveHouse(base, clock, tokens, app)
        yield house
        house.close()
        server.should_exit = True
        thread.join(15)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's own chromium."""
    found = next((path for path in BROWSERS if Path(path).exists()), BROWSERS[-1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def context(
    browser: Browser,
    house: LiveHouse,
    size: tuple[int, int] = (360, 740),
    language: str = "en",
    role: str = "",
    **more: Any,
) -> BrowserContext:
    """A browser of its own in a language, signed in as `role` if any."""
    made = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **more)
    cookies = [{"name": "lang", "value": language, "url": house.base}]
    if role:
        cookies.append({"name": "samedag", "value": house.tokens[role], "url": house.base})
    made.add_cookies(cookies)  # the shape that playwright words as a TypedDict
    return made


def phone(made: BrowserContext, house: LiveHouse, visit: dict[str, Any], path: str = "") -> Page:
    """The ticket of a visit, opened and live."""
    page = made.new_page()
    page.goto(f"{house.base}/t/{visit['token']}{path}")
    return page
