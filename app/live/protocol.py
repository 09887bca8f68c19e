"""uvicorn's socket protocol, with a straight way to the client: made for thousands who are shown the same."""

import socket
import struct
from asyncio import TimerHandle
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

SEND_BUFFER = 65_536
"""Bytes that may wait for one client here, and as many in the kernel; beyond it the newest screen replaces what waits."""

UNREAD_SECONDS = 10.0
"""Whoever has read nothing for so long is cut off."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """The stock protocol closes politely, and a close waits behind what is unread: ours can abort."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep little in flight for one client, and do not wait for one whose network is gone."""
        super().connection_made(transport)
        self._unread: TimerHandle | None = None
        self.on_ready: Callable[[], None] | None = None
        self.transport.set_write_buffer_limits(high=SEND_BUFFER)
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNREAD_SECONDS * 1000))

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
