"""A very small Samedag server for the wall display: its files, one board over a real socket and over HTTP, one clock of its own."""

import copy
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

FILES = Path(__file__).parents[2] / "display"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"
CALLS_KEPT = timedelta(seconds=60)

DESKS: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "siri-1": ("siri", {"da": "Skranke 1", "en": "Desk 1"}, {"da": "SIRI", "en": "SIRI"}),
    "siri-2": ("siri", {"da": "Skranke 2", "en": "Desk 2"}, {"da": "SIRI", "en": "SIRI"}),
    "ihnd-1": ("ihnd", {"da": "Floorwalker", "en": "Floorwalker"}, {"da": "Ved sofaen", "en": "By the sofa"}),
    "cs-3": ("cs", {"da": "Skranke 3", "en": "Desk 3"}, {"da": "Borgerservice", "en": "Citizen Services"}),
    "cs-4": ("cs", {"da": "Skranke 4", "en": "Desk 4"}, {"da": "Borgerservice", "en": "Citizen Services"}),
    "career-1": ("ihnd", {"da": "Karrierevejledning", "en": "Career guidance"}, {"da": "1. sal", "en": "First floor"}),
}
EMPTY_BOARD: dict[str, Any] = {
    "house": {"da": "International House North Denmark", "en": "International House North Denmark"},
    "state": "open",
    "opens_at": None,
    "timezone": "Europe/Copenhagen",
    "version": "1",
    "now": [],
    "soon": [],
    "notices": [],
    "programme": [],
}


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with Z."""
    return moment.isoformat().replace("+00:00", "Z")


class House:
    """One site whose board a test changes; `changed_files` maps a display file to (old text, new text) for controls."""

    def __init__(self, changed_files: Mapping[str, tuple[str, str]] | None = None) -> None:
        self.at = datetime(2026, 11, 25, 9, 42, tzinfo=UTC)
        self.epoch, self.seq = "e1", 0
        self.board = copy.deepcopy(EMPTY_BOARD)
        self.calls: list[tuple[int, dict[str, Any]]] = []
        self.received: list[dict[str, Any]] = []
        self.followed: list[dict[str, str]] = []
        self.polls = self.greeted = self.pages = 0
        self.open = self.answers_polls = True
        self._changed_files = dict(changed_files or {})
        self._sockets: list[ServerConnection] = []
        self._news = threading.Condition(threading.RLock())
        self._server = serve(self._follow, "127.0.0.1", 0, process_request=self._answer, compression=None)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close(1001)
        self._server.shutdown()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address of the wall."""
        host, port = self._server.socket.getsockname()[:2]
        return f"http://{host}:{port}/display/aalborg"

    def call(self, number: int, desk: str = "cs-3", *, again: bool = False) -> str:
        """Call a number to a desk, push the new board and give the call's id."""
        self.seq += 1
        authority, label, place = DESKS[desk]
        call = {"id": f"c{self.seq}", "number": number, "desk": desk, "label": label, "place": place, "again": again}
        call |= {"at": stamp(self.at), "authority": authority}
        self.calls.append((self.seq, call))
        others = [other for other in self.board["now"] if other["number"] != number]
        self.board["now"] = [{**call, "state": "called"}, *others]
        self.send(self.screen([call]))
        return str(call["id"])

    def show(self, **fields: Any) -> None:
        """Change fields of the board and push it."""
        self.seq += 1
        self.board |= fields
        self.send(self.screen())

    def beat(self) -> None:
        """Send one heartbeat."""
        self.send({"type": "beat", "seq": self.seq, "at": stamp(self.at)})

    def pass_time(self, seconds: float) -> None:
        """Move the house's clock."""
        self.at += timedelta(seconds=seconds)

    def screen(self, calls: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
        """The message that carries the board as it is."""
        numbered = {"epoch": self.epoch, "seq": self.seq, "at": stamp(self.at)}
        return {"type": "screen", **numbered, "screen": {**numbered, **self.board}, "calls": list(calls)}

    def send(self, message: dict[str, Any]) -> None:
        """Send one message to every follower."""
        with self._news:
            for socket in self._sockets:
                self._send(socket, message)

    def close(self, code: int) -> None:
        """Close every socket with this code."""
        with self._news:
            sockets, self._sockets = self._sockets, []
        for socket in sockets:
            socket.close(code)

    def wait_for(self, happened: Callable[["House"], object], what: str) -> None:
        """Wait until the followers made this true; fails after 10 s."""
        with self._news:
            assert self._news.wait_for(lambda: happened(self), timeout=10), what

    @property
    def receipts(self) -> list[str]:
        """The ids of the calls that displays say they showed, in order."""
        return [message["call"] for message in self.received if message["type"] == "seen"]

    @property
    def health(self) -> list[dict[str, Any]]:
        """What displays said of themselves."""
        return [message for message in self.received if message["type"] == "health"]

    def _send(self, socket: ServerConnection, message: dict[str, Any]) -> None:
        with suppress(ConnectionClosed):
            socket.send(json.dumps(message))

    def _follow(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        asked = {name: values[0] for name, values in parse_qs(urlsplit(socket.request.path).query).items()}
        after = int(asked.get("after", -1)) if asked.get("epoch", self.epoch) == self.epoch else -1
        with self._news:
            fresh = [call for seq, call in self.calls if seq > after and stamp(self.at - CALLS_KEPT) <= call["at"]]
            self._send(socket, self.screen(fresh))
            self._sockets.append(socket)
            self.followed.append(asked)
            self._news.notify_all()
        with suppress(ConnectionClosed):
            for nth, text in enumerate(socket):
                with self._news:
                    self.greeted += nth == 0
                    self.received.append(json.loads(text))
                    self._news.notify_all()
        with self._news:
            self._sockets = [other for other in self._sockets if other is not socket]

    def _answer(self, _: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path).path
        if path.startswith("/live/"):
            return None if self.open else _response(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"")
        if path.startswith("/api/v1/sites/"):
            return self._answer_poll()
        name = "index.html" if path.startswith("/display/") else Path(path).name
        with self._news:
            self.pages += name == "index.html"
            self._news.notify_all()
        file = FILES / name
        if not file.is_file():
            return _response(HTTPStatus.NOT_FOUND, "text/plain", b"")
        return _response(HTTPStatus.OK, KINDS[file.suffix], self._read(file).encode())

    def _answer_poll(self) -> Response:
        with self._news:
            self.polls += 1
            self._news.notify_all()
            if not self.answers_polls:
                return _response(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"")
            return _response(HTTPStatus.OK, "application/json", json.dumps(self.screen()["screen"]).encode())

    def _read(self, file: Path) -> str:
        text = file.read_text(encoding="utf-8")
        if file.name in self._changed_files:
            old, new = self._changed_files[file.name]
            assert old in text, f"{file.name} no longer holds what this control takes out"
            text = text.replace(old, new)
        return text


def _response(status: HTTPStatus, kind: str, body: bytes) -> Response:
    headers = {
        "Content-Type": kind,
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Connection": "close",
    }
    return Response(status, status.phrase, Headers({**headers, "Content-Security-Policy": POLICY}), body)
