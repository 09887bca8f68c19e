"""Sockets: who may follow what. The hub pushes screens straight to the client; a coroutine for each reads its receipts."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from app.domain.floor import Floor
from app.domain.house import House
from app.domain.ids import iso
from app.live.devices import Devices, Line
from app.live.hub import Follower, Hub, Look, View
from app.live.protocol import SocketProtocol
from app.live.sessions import Proof
from app.live.wire import DeviceMessage, Message, ToServer, call_message, screen_message
from app.screens import board, citizen, floorwalker, manager, told
from app.screens import desk as desk_screen
from app.screens.citizen import Followed
from app.screens.programme import todays_shows
from app.screens.shapes import Shape
from app.screens.ticket import TicketScreen
from app.store import access, links
from app.store.calls import Call
from app.store.store import Known, Store
from app.web.access import admitted, token_in
from app.web.devices import device_token, machines
from app.web.errors import Problem
from app.web.kept_parts import Kept, content
from app.web.render import Said, fragment, ticket_fragment, version
from app.web.tickets import opened
from app.web.wording import language_of

router = APIRouter(prefix="/live")

WITH_MACHINES = ("floorwalker", "manager")
SAME = timedelta(seconds=1)
CLOSE = {401: 4401, 403: 4403, 404: 4404}


@dataclass(slots=True)
class Page:
    """A screen made for followers: equal when nothing but time and number changed. What it says is put together once."""

    known: Known
    content: object
    at: datetime
    encode: Callable[[], Said]
    calls: list[Call]
    ended: bool = False
    said: Said | None = None
    whole: Message | None = None

    def message(self, after: int = -1, at: datetime | None = None) -> Message:
        """What goes out, with the calls numbered above `after`; one message for all who have seen none of them.

        `at` is when, for who comes later than it was made: their clock is set by it. Within a second it is the same message.
        """
        at = self.at if at is None or at - self.at < SAME else at
        calls = [c for c in self.calls if c.seq > after]
        if self.whole is not None and len(calls) == len(self.calls) and at == self.at:
            return self.whole
        self.said = self.said or self.encode()
        kind, content = self.said
        listed = [call_message(c, self.known.house) for c in calls]
        message = screen_message(self.known, at, content, kind, listed)
        if len(calls) == len(self.calls):
            self.whole, self.at = message, at
        return message


def as_json(screen: Shape, known: Known) -> Said:
    """The screen itself."""
    return "screen", [screen.model_dump_json().encode()]


def ticket_as_json() -> Callable[[Followed, Known], Said]:
    """The same for a ticket: of what has not changed since, the text is kept."""
    kept = Kept()

    def encode(ticket: Followed, known: Known) -> Said:
        before, *after = kept.part("still", ticket.still, lambda: _around_place(ticket.still))
        begins = f'{{"seq":{ticket.seq},"epoch":"{ticket.epoch}","at":"{iso(ticket.at)}",'.encode()
        place = f'"ahead":{"null" if ticket.ahead is None else ticket.ahead}'.encode()
        return "screen", [begins, before, *(piece for more in after for piece in (place, more))]

    return encode


def _around_place(still: TicketScreen) -> list[bytes]:
    """What comes after the moment, and before and after the place in line. Within a string, no quote stands alone."""
    return still.model_dump_json(exclude={"seq", "epoch", "at"})[1:].encode().split(b'"ahead":null')


@router.websocket("/sites/{site}/board")
async def follow_board(socket: WebSocket, site: str) -> None:
    """The hall's screen: open to anybody, as the wall is. A display with its cookie is told who it is, and is heard."""
    store: Store = socket.app.state.store

    def show(floor: Floor, house: House, at: datetime, seq: int, epoch: str, lines: object) -> board.Board:
        return board.show(floor, house, at, seq, epoch, version(), todays_shows(store.programme_of(site), house, at))

    devices: Devices = socket.app.state.devices
    token = device_token(socket)
    line = await devices.meet(site, token) if token and site in await socket.app.state.store.read_sites() else None
    if line and line.device.ended_at:
        await _refuse(socket, 4410)
        return
    try:
        await _serve(socket, site, "board", show, "board", lambda look: list(look.known.calls), line=line)
    finally:
        if line:
            devices.leave(line)


@router.websocket("/sites/{site}/floor")
async def follow_floor(socket: WebSocket, site: str) -> None:
    """The floorwalker's screen."""
    if proof := await _admit(socket, ("floorwalker", "manager")):
        show = lambda f, h, at, seq, epoch, lines: floorwalker.show(f, h, at, seq, epoch)
        await _serve(socket, site, "floor", show, "floorwalker", lambda look: [], proof=proof)


@router.websocket("/sites/{site}/desks/{desk}")
async def follow_desk(socket: WebSocket, site: str, desk: str) -> None:
    """A clerk's screen."""
    if proof := await _admit(socket, ("clerk", "floorwalker")):
        show = lambda f, h, at, seq, epoch, lines: desk_screen.show(f, h, at, seq, epoch, desk, lines)
        await _serve(
            socket,
            site,
            ("desk", desk),
            show,
            "desk",
            lambda look: [c for c in look.known.calls if c.desk == desk],
            proof=proof,
        )


@router.websocket("/sites/{site}/told")
async def follow_told(socket: WebSocket, site: str) -> None:
    """Who must be told."""
    if proof := await _admit(socket, ("floorwalker", "manager")):
        show = lambda f, h, at, seq, epoch, lines: told.show(f, h, at, seq, epoch)
        await _serve(socket, site, "told", show, "floorwalker/told", lambda look: [], proof=proof)


@router.websocket("/sites/{site}/manager")
async def follow_manager(socket: WebSocket, site: str) -> None:
    """The manager's screen."""
    if proof := await _admit(socket, ("manager",)):
        show = lambda f, h, at, seq, epoch, lines: manager.show(f, h, at, seq, epoch)
        await _serve(socket, site, "manager", show, "manager", lambda look: [], proof=proof)


@router.websocket("/tickets/{token}")
async def follow_ticket(socket: WebSocket, token: str) -> None:
    """A citizen's own screen."""
    try:
        found = await opened(socket, token)
    except Problem:
        await _refuse(socket, 4404)
        return
    visit, proof = found.visit, Proof(links.good_links, links.hash_of(token), 4410)
    mine: Callable[[Look], list[Call]] = lambda look: look.calls.get(visit, [])
    over: Callable[[Known], bool] = lambda k: not k.picture.floor.visit(visit).active
    await _serve(
        socket, found.site, ("ticket", visit, token), citizen.Ticket(visit).show, "citizen", mine, over, proof=proof
    )


async def _admit(socket: WebSocket, roles: tuple[str, ...]) -> Proof | None:
    """By what this caller may follow; None where they may not, and were told."""
    try:
        await admitted(socket, roles)
    except Problem as problem:
        await _refuse(socket, CLOSE[problem.status])
        return None
    return Proof(access.good_tokens, access.token_hash(token_in(socket) or ""), 4401)


async def _refuse(socket: WebSocket, code: int) -> None:
    """Accepted first, so that the client can read why."""
    await socket.accept()
    await socket.close(code)


async def _serve(
    socket: WebSocket,
    site: str,
    key: Hashable,
    show: Callable[..., Any],
    who: str,
    calls_of: Callable[[Look], list[Call]],
    over: Callable[[Known], bool] | None = None,
    line: Line | None = None,
    proof: Proof | None = None,
) -> None:
    hub: Hub = socket.app.state.hub
    html, language = socket.query_params.get("as") == "html", language_of(socket)
    encode: Callable[[Any, Known], Said]
    if who == "citizen":
        encode = ticket_fragment(socket, language) if html else ticket_as_json()
    else:
        encode = fragment(socket, who, language) if html else as_json

    def page(look: Look) -> Page:
        known, p = look.known, look.known.picture
        screen = show(p.floor, known.house, look.at, p.seq, p.epoch, look.lines)
        if who in WITH_MACHINES:
            screen = screen.model_copy(update=machines(socket, site))
        shows = screen.content if isinstance(screen, Followed) else content(screen)
        ended = over is not None and over(known)
        return Page(known, shows, look.at, lambda: encode(screen, known), calls_of(look), ended)

    # A phone that somebody is called on is shown before those that only move up in line; so is every screen of the house.
    urgent = (lambda look: bool(calls_of(look))) if over else (lambda look: True)
    view = View(site, (key, html, language if html else ""), page, urgent)
    after, epoch = _after(socket)
    try:
        follower, shown = await hub.follow(view, after)
    except LookupError:
        await _refuse(socket, 4404)
        return
    try:
        await socket.accept()
        seen = after if epoch in ("", shown.known.picture.epoch) else -1
        first = shown.message(seen, socket.app.state.store.clock())
        with socket.app.state.sessions.held(proof, socket.close):
            await _follow(socket, follower, first, shown.ended, site, line)
    except (WebSocketDisconnect, RuntimeError):
        pass
    finally:
        hub.leave(view, follower)


def _after(socket: WebSocket) -> tuple[int, str]:
    """The number up to which this client has seen everything, and the epoch that it speaks of."""
    after = socket.query_params.get("after", "")
    return (int(after) if after.isdecimal() and len(after) < 12 else -1), socket.query_params.get("epoch", "")


async def _follow(
    socket: WebSocket, follower: Follower, first: Message, ended: bool, site: str, line: Line | None
) -> None:
    """Show the first screen, then let the hub push; what is left to do here is to read."""
    protocol: SocketProtocol | None = socket.scope.get("extensions", {}).get("samedag.protocol")
    tasks, greeted = set[asyncio.Task[None]](), asyncio.Event()
    if protocol is not None:
        follower.push, protocol.on_ready = protocol.push, follower.ready
        follower.goodbye = lambda: tasks.add(asyncio.create_task(socket.close(4410)))
        greeted.set()
    else:
        tasks.add(asyncio.create_task(_send(socket, follower, greeted)))
    follower.ended, follower.greeted = follower.ended or ended, True
    follower.offer(follower.slot or first)  # something newer may have come since
    if line is not None:
        tasks.add(asyncio.create_task(_tell(socket, line, greeted)))
    try:
        await _read(socket, site, line)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
    """Behind a server that has not our protocol, such as a test's: message by message."""
    while True:
        await socket.send_text((await follower.take()).text)
        greeted.set()
        if follower.ended:
            await socket.close(4410)
            return


async def _read(socket: WebSocket, site: str, line: Line | None) -> None:
    """Receipts and health; anything else ends the connection. How much may be said is the protocol's business."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        if text is None:
            await socket.close(1003)
            return
        try:
            said = ToServer.validate_json(text)
        except ValidationError:
            await socket.close(1008)
            return
        if line:
            known = await socket.app.state.store.known(site)
            socket.app.state.devices.heard(line, said, known.picture.seq)
