"""The floor: the least that any server of this kind does. FastAPI, one durable commit, 300 bytes to every socket, a plain page."""

import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import jinja2
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

ROW = {"id": 123456, "number": "A123", "service": "passport", "state": "waiting", "desk": None}
PAGE = jinja2.Environment(autoescape=True).from_string(
    "<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><table>"
    "{% for t in tickets %}<tr class=\"{{ 'next' if loop.first else 'wait' }}\"><td>{{ t.number }}</td>"
    "<td>{{ t.service }}</td><td>{{ t.state }}</td><td>{{ t.desk or '-' }}</td></tr>{% endfor %}</table>"
)
PICK = "SELECT id FROM ticket WHERE state='waiting' ORDER BY prio, id LIMIT 1"


class Wanted(BaseModel):
    """What is sent."""

    name: str


class Ticket(BaseModel):
    """What is answered."""

    id: int
    number: str
    service: str
    state: str
    desk: int | None
    got: str


db: sqlite3.Connection
sockets: set[WebSocket] = set()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """A file with waiting tickets, opened once."""
    global db
    db = sqlite3.connect(os.path.join(os.environ["BENCH_DB"], "floor.db"), isolation_level=None)
    db.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE ticket(id INTEGER PRIMARY KEY, prio INT, state TEXT, at TEXT);"
        "CREATE INDEX waiting ON ticket(state, prio, id);"
        "CREATE TABLE event(seq INTEGER PRIMARY KEY AUTOINCREMENT, ticket INT, at TEXT, body TEXT);"
    )
    rows = [(n, 1 + n % 3, "waiting", "2026-01-01T08:00:00") for n in range(1, 200_001)]
    db.execute("BEGIN")
    db.executemany("INSERT INTO ticket VALUES(?,?,?,?)", rows)
    db.execute("COMMIT")
    yield


app = FastAPI(lifespan=lifespan)


def commit() -> None:
    """Pick, change, log, commit."""
    db.execute("BEGIN IMMEDIATE")
    found = db.execute(PICK).fetchone()
    db.execute("UPDATE ticket SET state='called', at='2026-01-01T09:00:00' WHERE id=?", found)
    body = json.dumps({"type": "called", "desk": 4, "ticket": "A123", "note": "x" * 120})
    db.execute("INSERT INTO event(ticket,at,body) VALUES(?,?,?)", (found[0], "2026-01-01T09:00:00", body))
    db.execute("COMMIT")


@app.post("/call", response_model=Ticket)
async def call(wanted: Wanted) -> dict[str, object]:
    """One durable commit."""
    commit()
    return {**ROW, "got": wanted.name}


@app.post("/call-push", response_model=Ticket)
async def call_push(wanted: Wanted) -> dict[str, object]:
    """The same, then 300 bytes to every socket."""
    commit()
    text = json.dumps({"type": "called", **ROW, "got": wanted.name, "note": "x" * 190})
    for socket in list(sockets):
        await socket.send_text(text)
    return {**ROW, "got": wanted.name}


@app.get("/page", response_class=HTMLResponse)
async def page() -> str:
    """Sixty rows."""
    return PAGE.render(title="Queue", tickets=[dict(ROW, number=f"A{n:03d}", desk=n % 7) for n in range(60)])


@app.websocket("/ws")
async def follow(socket: WebSocket) -> None:
    """Follow."""
    await socket.accept()
    sockets.add(socket)
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        sockets.discard(socket)
