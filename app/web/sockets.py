"""Sockets: one coroutine sends the newest screen, one reads receipts; whoever does not read is let go."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from app.live.devices import Devices, Line
from app.live.hub import Follower, Hub, View
from app.live.wire import DeviceMessage, ToServer, call_message, screen_message
from app.screens import board, citizen, floorwalker, manager, told
from app.screens import desk as desk_screen
from app.screens.shapes import Shape
from app.store.store import Known, Store
from app.web.access import admitted
from app.web.devices import device_token, machines
from app.web.errors import Problem
from app.web.render import fragment, version
from app.web.tickets import opened
from app.web.wording import language_of

router = APIRouter(prefix="/live")

UNREAD_SECONDS = 10.0
MESSAGES_A_MINUTE = 100
MACHINES = ("devices", "senders")
WITH_MACHINES = ("floorwalker", "manager")
CLOSE = {401: 4401, 403: 4403, 404: 4404}


@dataclass(slots=True)
class Page:
    """A screen made for followers: equal when nothing but time and number changed."""

    known: Known
    store: Store
    screen: Shape
    encode: Callable[[Shape, Known], tuple[str, str]]
    calls_of: Callable[[Known], list[Any]]
    ended: bool = False

    @property
    def content(self) -> object:
        """What is compared."""
        fields = {k: v for k, v in self.screen.__dict__.items() if k not in ("seq", "at")}
        return fields | {k: [m.told for m in fields[k]] for k in MACHINES if k in fields}

    def message(self, after: int = -1) -> str:
        """What goes out; at first only the calls numbered above `after`."""
        kind, content = self.encode(self.screen, self.known)
        calls = [call_message(c, self.known.house) for c in self.calls_of(self.known) if c.seq > after]
        return screen_message(self.known, self.store.clock(), content, kind, calls)


def as_json(screen: Shape, known: Known) -> tuple[str, str]:
    """The screen itself."""
    return "screen", screen.model_dump_json()


@router.websocket("/sites/{site}/board")
async def follow_board(socket: WebSocket, site: str) -> None:
    """The hall's screen: open to anybody, as the wall is. A display with its cookie is told who it is, and is heard."""
    show = lambda f, h, at, seq, epoch: board.show(f, h, at, seq, epoch, version())
    devices: Devices = socket.app.state.devices
    token = device_token(socket)
    line = await devices.meet(site, token) if token and site in await socket.app.state.store.read_sites() else None
    if line and line.device.ended_at:
        await _refuse(socket, 4410)
        return
    try:
        await _serve(socket, site, "board", show, "board", lambda k: list(k.calls), line)
    finally:
        if line:
            devices.leave(line)


@router.websocket("/sites/{site}/floor")
async def follow_floor(socket: WebSocket, site: str) -> None:
    """The floorwalker's screen."""
    if await _admit(socket, ("floorwalker", "manager")):
        await _serve(socket, site, "floor", floorwalker.show, "floorwalker", lambda k: [])


@router.websocket("/sites/{site}/desks/{desk}")
async def follow_desk(socket: WebSocket, site: str, desk: str) -> None:
    """A clerk's screen."""
    if await _admit(socket, ("clerk", "floorwalker")):
        show = lambda f, h, at, seq, epoch: desk_screen.show(f, h, at, seq, epoch, desk)
        await _serve(socket, site, ("desk", desk), show, "desk", lambda k: [c for c in k.calls if c.desk == desk])


@router.websocket("/sites/{site}/told")
async def follow_told(socket: WebSocket, site: str) -> None:
    """Who must be told."""
    if await _admit(socket, ("floorwalker", "manager")):
        await _serve(socket, site, "told", told.show, "floorwalker/told", lambda k: [])


@router.websocket("/sites/{site}/manager")
async def follow_manager(socket: WebSocket, site: str) -> None:
    """The manager's screen."""
    if await _admit(socket, ("manager",)):
        await _serve(socket, site, "manager", manager.show, "manager", lambda k: [])


@router.websocket("/tickets/{token}")
async def follow_ticket(socket: WebSocket, token: str) -> None:
    """A citizen's own screen."""
    try:
        found = await opened(socket, token)
    except Problem:
        await _refuse(socket, 4404)
        return
    visit = found.visit
    show = lambda f, h, at, seq, epoch: citizen.show(f, h, at, seq, epoch, visit)
    mine: Callable[[Known], list[Any]] = lambda k: [c for c in k.calls if c.visit == visit]
    await _serve(socket, found.site, ("ticket", visit, token), show, "citizen", mine)


async def _admit(socket: WebSocket, roles: tuple[str, ...]) -> bool:
    try:
        await admitted(socket, roles)
    except Problem as problem:
        await _refuse(socket, CLOSE[problem.status])
        return False
    return True


async def _refuse(socket: WebSocket, code: int) -> None:
    """Accepted first, so that the client can read why."""
    await socket.accept()
    await socket.close(code)


async def _serve(
    socket: WebSocket,
    site: str,
    key: Any,
    show: Callable[..., Shape],
    who: str,
    calls_of: Callable[[Known], list[Any]],
    line: Line | None = None,
) -> None:
    store: Store = socket.app.state.store
    hub: Hub = socket.app.state.hub
    html, language = socket.query_params.get("as") == "html", language_of(socket)
    encode = fragment(socket, who, language) if html else as_json

    def page(known: Known) -> Page:
        p = known.picture
        screen = show(p.floor, known.house, store.clock(), p.seq, p.epoch)
        if who in WITH_MACHINES:
            screen = screen.model_copy(update=machines(socket, site))
        return Page(known, store, screen, encode, calls_of)

    view = View(site, (key, html, language if html else ""), page)
    try:
        follower, known = await hub.follow(view)
    except LookupError:
        await _refuse(socket, 4404)
        return
    await socket.accept()
    try:
        follower.offer(page(known).message(_after(socket, known)))
        greeted = asyncio.Event()
        work = [_send(socket, follower, greeted), _read(socket, site, line)]
        await asyncio.gather(*work, *([_tell(socket, line, greeted)] if line else []))
    except (WebSocketDisconnect, RuntimeError, ValidationError):
        pass
    finally:
        hub.leave(view, follower)


def _after(socket: WebSocket, known: Known) -> int:
    """The number up to which this client has seen calls; none, if it speaks of another epoch."""
    after, epoch = socket.query_params.get("after", ""), socket.query_params.get("epoch")
    return int(after) if after.isdecimal() and len(after) < 12 and epoch in (None, "", known.picture.epoch) else -1


async def _tell(socket: WebSocket, line: Line, greeted: asyncio.Event) -> None:
    """A display hears who it is, after its first screen and whenever that changes; when it was unpaired it is let go."""
    await greeted.wait()
    while True:
        await line.news.wait()
        line.news.clear()
        if line.device.ended_at is not None:
            await socket.close(4410)
            return
        await socket.send_text(DeviceMessage(name=line.device.name, code=line.device.code).model_dump_json())


async def _send(socket: WebSocket, follower: Follower, greeted: asyncio.Event) -> None:
    while (message := await follower.take()) is not None or not follower.ended:
        if message is None:
            continue
        try:
            await asyncio.wait_for(socket.send_text(message), UNREAD_SECONDS)
        except TimeoutError:
            _abort(socket)
            return
        greeted.set()
        if follower.ended:
            await socket.close(4410)
            return


def _abort(socket: WebSocket) -> None:
    """A client that does not read would never see a close: cut the connection itself."""
    protocol = socket.scope.get("extensions", {}).get("samedag.abort")
    if protocol is not None:
        protocol()
    raise WebSocketDisconnect(4408)


async def _read(socket: WebSocket, site: str, line: Line | None) -> None:
    """Receipts and health; anything malformed, or too much of it, ends the connection."""
    loop, begun, count = asyncio.get_running_loop(), 0.0, 0
    while True:
        text = await socket.receive_text()
        if loop.time() - begun > 60:
            begun, count = loop.time(), 0
        count += 1
        if count > MESSAGES_A_MINUTE:
            await socket.close(1008)
            return
        said = ToServer.validate_json(text)
        if line:
            known = await socket.app.state.store.known(site)
            socket.app.state.devices.heard(line, said, known.picture.seq)
