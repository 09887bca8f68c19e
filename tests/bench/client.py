"""A load client: many keep-alive connections or sockets in one loop of raw bytes, so that it costs less than what it measures."""

import base64
import os
import select
import socket
import time
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, and under which name its time is kept."""

    name: str
    raw: bytes


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


Script = Generator[Ask, Answer, None]
"""What one client does: it yields requests and is sent their answers."""


@dataclass(slots=True)
class Times:
    """What a run took: seconds of each request by name, statuses, and the whole run."""

    by: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Requests of all names in a second."""
        return sum(map(len, self.by.values())) / max(self.seconds, 1e-9)

    def rate(self, name: str) -> float:
        """How many requests of this name one client could send in a second."""
        return len(self.by[name]) / sum(self.by[name])


def ask(name: str, method: str, path: str, body: str | None = None, headers: Sequence[str] = ()) -> Ask:
    """A request with a JSON body."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *headers]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return Ask(name, ("\r\n".join(lines) + "\r\n\r\n" + (body or "")).encode())


class Caller:
    """One keep-alive connection that plays a script."""

    def __init__(self, port: int, script: Script, times: Times) -> None:
        self.sock = socket.create_connection((HOST, port), timeout=30)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._script, self._times, self.buffer = script, times, b""
        self.asked: Ask | None = next(script, None)
        self._sent = 0.0

    def send(self) -> None:
        """The request at hand."""
        if self.asked is not None:
            self._sent = time.perf_counter()
            self.sock.sendall(self.asked.raw)

    def read(self) -> None:
        """Take what has come; with a whole answer, go on in the script."""
        data = self.sock.recv(262_144)
        if not data:
            raise ConnectionError("the server hung up")
        self.buffer += data
        found = parsed(self.buffer)
        if found is None or self.asked is None:
            return
        self._times.by.setdefault(self.asked.name, []).append(time.perf_counter() - self._sent)
        self._times.statuses[found.status] += 1
        self.buffer = b""
        try:
            self.asked = self._script.send(found)
        except StopIteration:
            self.asked = None
        self.send()


def parsed(raw: bytes) -> Answer | None:
    """An answer with a length, once it is whole."""
    end = raw.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = raw[:end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].partition(b"\r\n")[0]) if at >= 0 else 0
    if len(raw) < end + 4 + length:
        return None
    return Answer(int(head[9:12]), raw[end + 4 :])


def drive(port: int, scripts: Iterable[Script], bound: float = 60.0) -> Times:
    """Play all scripts at once, for at most `bound` seconds."""
    times, poll = Times(), select.epoll()
    callers = {c.sock.fileno(): c for c in (Caller(port, s, times) for s in scripts)}
    begun = time.perf_counter()
    for fd, caller in callers.items():
        poll.register(fd, select.EPOLLIN)
        caller.send()
    while any(c.asked for c in callers.values()):
        if time.perf_counter() - begun > bound:
            raise TimeoutError(f"no end within {bound} s")
        for fd, _ in poll.poll(1):
            callers[fd].read()
    times.seconds = time.perf_counter() - begun
    for caller in callers.values():
        caller.sock.close()
    return times


@dataclass(slots=True)
class Follower:
    """One socket: the bytes that have not made a whole message yet, and when the wanted one came."""

    path: str
    sock: socket.socket
    slow: bool = False
    open: bool = False
    buffer: bytes = b""
    messages: int = 0
    came: list[tuple[float, int]] = field(default_factory=list)  # when a screen came, and its number


class Followers:
    """Many sockets; `round` times one change until the last of them has it."""

    def __init__(self, port: int, paths: Sequence[str], slow: int = 0) -> None:
        self._port, self._poll = port, select.epoll()
        self.all: list[Follower] = []
        self._by: dict[int, Follower] = {}
        self._todo = [(p, False) for p in paths] + [(paths[0], True)] * slow
        self.lost: Counter[str] = Counter()
        self._reached = 0

    def connect(self, together: int = 64, bound: float = 60.0, first_message: bool = True) -> float:
        """Open all sockets; seconds until each is open and, if asked, has its first message."""
        begun, todo = time.perf_counter(), list(reversed(self._todo))
        waiting: list[Follower] = []
        while todo or waiting:
            if time.perf_counter() - begun > bound:
                raise TimeoutError(f"{len(todo) + len(waiting)} sockets are not open after {bound} s")
            while todo and len(waiting) < together:
                waiting.append(self._start(*todo.pop()))
            self.poll(0.02)
            waiting = [f for f in waiting if not (f.open and (f.messages or f.slow or not first_message))]
        return time.perf_counter() - begun

    def _start(self, path: str, slow: bool) -> Follower:
        sock = socket.socket()
        if slow:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(30)
        sock.connect((HOST, self._port))
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{self._port}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        sock.setblocking(False)
        follower = Follower(path, sock, slow)
        self.all.append(follower)
        self._by[sock.fileno()] = follower
        self._poll.register(sock.fileno(), select.EPOLLIN)
        return follower

    def poll(self, wait: float) -> None:
        """Read what there is."""
        for fd, _ in self._poll.poll(wait, 4096):
            follower = self._by[fd]
            try:
                data = follower.sock.recv(262_144)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                self._lose(follower, "connection lost")
            elif follower.open:
                self._feed(follower, data)
            else:
                self._shake(follower, data)

    def _shake(self, follower: Follower, data: bytes) -> None:
        follower.buffer += data
        head, blank, rest = follower.buffer.partition(b"\r\n\r\n")
        if not blank:
            return
        if head[9:12] != b"101":
            self._lose(follower, f"refused {head[9:12].decode()}")
            return
        follower.open, follower.buffer = True, b""
        if follower.slow:
            self._poll.modify(follower.sock.fileno(), 0)  # never read again
        elif rest:
            self._feed(follower, rest)

    def _feed(self, follower: Follower, data: bytes) -> None:
        now = time.perf_counter()
        data = follower.buffer + data if follower.buffer else data
        at, size = 0, len(data)
        while size - at >= 2:
            length, body = data[at + 1] & 127, at + 2
            if length >= 126:
                wide = 2 if length == 126 else 8
                length, body = int.from_bytes(data[body : body + wide], "big"), body + wide
            if size < body + length:
                break
            if data[at] & 15 == 8:
                self._lose(follower, f"closed {int.from_bytes(data[body : body + 2], 'big')}")
                return
            self._message(follower, data[body : body + length], now)
            at = body + length
        follower.buffer = data[at:]

    def _message(self, follower: Follower, payload: bytes, now: float) -> None:
        follower.messages += 1
        if payload.startswith(b'{"type":"beat"'):
            return
        found = payload[:120].find(b'"seq":')
        seq = int(payload[found + 6 : found + 26].partition(b",")[0]) if found >= 0 else 0
        self._reached += not follower.came
        follower.came.append((now, seq))

    def _lose(self, follower: Follower, why: str) -> None:
        self.lost[why] += 1
        fd = follower.sock.fileno()
        self._poll.unregister(fd)
        del self._by[fd]
        self.all.remove(follower)
        follower.sock.close()

    def round(self, trigger: Ask, port: int | None = None, bound: float = 20.0) -> tuple[list[float], Answer]:
        """Seconds from the request until each follower had a screen of its number, and the request's answer."""
        followers = [f for f in self.all if not f.slow]
        for f in followers:
            f.came.clear()
        times = Times()
        caller = Caller(port or self._port, _once(trigger), times)
        caller.sock.setblocking(False)
        answered: list[Answer] = []
        begun, seq, self._reached = time.perf_counter(), 0, 0
        caller.send()
        while True:
            self.poll(0.001)
            if not answered:
                answered += _try(caller)
                if answered and b'"seq":' in answered[0].body:
                    seq = int(answered[0].body.rpartition(b'"seq":')[2].lstrip().split(b",")[0].split(b"}")[0])
            elif self._reached == len(followers) and all(any(s >= seq for _, s in f.came) for f in followers):
                break
            if time.perf_counter() - begun > bound:
                late = sum(not any(s >= seq for _, s in f.came) for f in followers)
                raise TimeoutError(f"{late} of {len(followers)} followers never got the change")
        caller.sock.close()
        return [next(t for t, s in f.came if s >= seq) - begun for f in followers], answered[0]

    def drain(self, quiet: float = 0.1, bound: float = 5.0) -> None:
        """Read until nothing has come for a moment."""
        stop, count = time.perf_counter() + bound, -1
        while time.perf_counter() < stop and count != (count := sum(f.messages for f in self.all)):
            self.poll(quiet)

    def close(self) -> None:
        """Leave without a word, as phones do."""
        for follower in self.all:
            follower.sock.close()
        self._poll.close()


def _once(asked: Ask) -> Script:
    yield asked


def _try(caller: Caller) -> list[Answer]:
    """The answer, if it is there; its head may come before the rest."""
    try:
        caller.buffer += caller.sock.recv(262_144)
    except BlockingIOError:
        return []
    found = parsed(caller.buffer)
    return [found] if found else []
