"""uvicorn's protocols, with a straight way to a socket's client (thousands are shown the same), and with bounds on what any
client may cost: how long a request may take to arrive, how much it may say, how long it may read nothing."""

import asyncio
import socket
import struct
from asyncio import TimerHandle
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

SEND_BUFFER = 65_536
"""Bytes that may wait for one client here, and as many in the kernel; beyond it the newest screen replaces what waits."""

UNREAD_SECONDS = 10.0
"""Whoever has read nothing for so long is cut off."""

HEAD_SECONDS, PIECE_SECONDS, BODY_SECONDS = 10.0, 10.0, 60.0
"""So long the head of a request may take, the next piece of its body, and the whole of that; then its sender is let go."""

LARGEST_HEAD = 65_536

FRAMES_A_MINUTE = 100
"""Whoever says more over a socket, be it pings or pieces of a message, is told 1008 and let go."""

SLICE = 1_024
"""Bytes of a socket's client that are looked at before it is asked whether it has said too much."""

GOODBYE_SECONDS = 2.0
"""So long one that has said too much may read why; nothing more is read from it."""


def _bounded(transport: BaseTransport) -> socket.socket:
    """Keep little in flight for one client, and do not wait for one whose network is gone or that reads nothing."""
    raw: socket.socket = transport.get_extra_info("socket")
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNREAD_SECONDS * 1000))
    return raw


class HttpProtocol(HttpToolsProtocol):
    """The stock protocol waits for a request for ever, and reads heads of any length."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the stock one
        """The first request is due."""
        super().connection_made(transport)
        _bounded(transport)
        self._due: TimerHandle | None = None
        self._awaited: float | None = None  # until when what is to come next may take; none: nothing is
        self._armed: float | None = None
        self._head: int | None = 0  # bytes of a head that is not whole
        self._expect(HEAD_SECONDS)
        self._arm()

    def data_received(self, data: bytes) -> None:
        """A head that does not end is refused. A request that comes whole, as most do, needs no timer at all."""
        super().data_received(data)
        if self._head is not None and not self.transport.is_closing():
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self.send_400_response("The head of this request is too long.")
        self._arm()

    def on_message_begin(self) -> None:
        """Another request on a kept connection is due as well."""
        super().on_message_begin()
        if self._head is None:
            self._head = 0
            self._expect(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """Now its body is."""
        self._head, self._last = None, self.loop.time() + BODY_SECONDS
        self._expect(PIECE_SECONDS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Another piece has come."""
        self._expect(min(PIECE_SECONDS, self._last - self.loop.time()))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """It has come."""
        self._awaited = None
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """From here on the socket's protocol has the connection."""
        self._awaited = None
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there to wait for."""
        self._awaited = None
        self._arm()
        super().connection_lost(exc)

    def _expect(self, seconds: float) -> None:
        self._awaited = self.loop.time() + seconds

    def _arm(self) -> None:
        """Have the timer say what is awaited now."""
        if self._armed == self._awaited:
            return
        if self._due is not None:
            self._due.cancel()
        self._due = None if self._awaited is None else self.loop.call_at(self._awaited, self.transport.close)
        self._armed = self._awaited


class SocketProtocol(WebSocketsSansIOProtocol):
    """The stock protocol closes politely, and a close waits behind what is unread: ours can abort."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep little in flight for one client."""
        super().connection_made(transport)
        self._unread: TimerHandle | None = None
        self._shut, self._said, self._since = False, 0, self.loop.time()
        self.on_ready: Callable[[], None] | None = None
        self.transport.set_write_buffer_limits(high=SEND_BUFFER)
        _bounded(transport).setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def data_received(self, data: bytes) -> None:
        """Look at little at a time: a flood is noticed before it has cost much."""
        for at in range(0, len(data), SLICE):
            if self._shut or self.transport.is_closing():
                return
            super().data_received(data[at : at + SLICE])

    def handle_events(self) -> None:
        """Count what was said, of whatever kind, before anybody hears it."""
        now = self.loop.time()
        if now - self._since > 60:
            self._said, self._since = 0, now
        self._said += len(self.conn.events)
        if self._said > FRAMES_A_MINUTE:
            self._shut_out()
        else:
            super().handle_events()

    def _shut_out(self) -> None:
        """Say why and look at nothing more. The reset waits a little: it would take that word back from who has not read it."""
        self._shut = True
        if not self.handshake_complete:
            self._cut_off()
            return
        self.conn.fail(1008)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1008})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent, self.read_paused = True, False  # the application's next look does not begin to read again
        self.transport.pause_reading()
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(GOODBYE_SECONDS, self._cut_off)

    def push(self, frame: bytes) -> bool:
        """Send a whole frame, made once for many; False while the client is behind: `on_ready` is called when it is not."""
        if not self.handshake_complete or self.close_sent or self.disconnected or not self.writable.is_set():
            return False
        self.transport.write(frame)
        return True

    def pause_writing(self) -> None:
        """The client is behind."""
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self._cut_off)

    def _cut_off(self) -> None:
        """A reset, for anything politer would wait in the kernel behind what is unread."""
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        self._forget_unread()
        if self.on_ready is not None:
            self.on_ready()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there to wait for."""
        self._forget_unread()
        self.on_ready = None
        super().connection_lost(exc)

    def _forget_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    async def run_asgi(self) -> None:
        """Hand the application the straight way."""
        cast(dict[str, Any], self.scope).setdefault("extensions", {})["samedag.protocol"] = self
        await super().run_asgi()
