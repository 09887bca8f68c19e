"""uvicorn's socket protocol, made able to cut off a client that does not read."""

from asyncio.transports import BaseTransport, Transport
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

SEND_BUFFER = 65_536
"""Bytes that may wait for one client; beyond it the newest screen replaces what waits."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """The stock protocol closes politely, and a close waits behind what is unread: ours can abort."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep little in flight for one client."""
        super().connection_made(transport)
        cast(Transport, transport).set_write_buffer_limits(high=SEND_BUFFER)

    async def run_asgi(self) -> None:
        """Hand the application a way to cut the connection."""
        cast(dict[str, Any], self.scope).setdefault("extensions", {})["samedag.abort"] = self.transport.abort
        await super().run_asgi()
