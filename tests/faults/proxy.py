"""A bad network between a client and a server: a TCP proxy in this process whose mode a test may change at any moment.

`fine` passes everything on; `down` refuses and cuts; `hole` keeps connections open and swallows what is sent both ways;
`reset` passes requests on and breaks the connection when the reply begins; `slow` passes everything on in drops.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from types import TracebackType

MODES = ("fine", "down", "hole", "reset", "slow")
DROP = 512
DROP_SECONDS = 0.05


class Proxy:
    """Listens on a free loopback port and passes on to `port`; open connections follow a change of mode as well."""

    def __init__(self, port: int) -> None:
        self._target, self._mode = port, "fine"
        self._loop = asyncio.new_event_loop()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self.port = 0
        self.broken = 0
        """How many connections were broken on purpose."""

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def mode(self) -> str:
        """What becomes of bytes now."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        assert mode in MODES
        self._mode = mode
        if mode == "down":
            asyncio.run_coroutine_threadsafe(self._cut_all(), self._loop).result(10)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._connected, "127.0.0.1", 0)

    async def _end(self) -> None:
        self._server.close()
        await self._cut_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _cut_all(self) -> None:
        for pair in list(self._pairs):
            self._cut(*pair)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode == "down":
            _reset(writer)
            return
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            _reset(writer)
            return
        pair = (writer, far)
        self._pairs.add(pair)
        for there, back, reply in ((reader, far, False), (far_reader, writer, True)):
            task = asyncio.create_task(self._pass(there, back, pair, reply))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        reply: bool,
    ) -> None:
        with contextlib.suppress(OSError):
            while some := await reader.read(65_536):
                if self._mode == "hole":
                    continue
                if self._mode == "reset" and reply:
                    break
                for drop in _drops(some, DROP if self._mode == "slow" else len(some)):
                    writer.write(drop)
                    await writer.drain()
                    if self._mode == "slow":
                        await asyncio.sleep(DROP_SECONDS)
        self._cut(*pair, gently=self._mode == "fine")

    def _cut(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter, gently: bool = False) -> None:
        if (near, far) not in self._pairs:
            return
        self._pairs.discard((near, far))
        if gently:
            near.close()
            far.close()
        else:
            self.broken += 1
            _reset(near)
            _reset(far)


def _drops(some: bytes, size: int) -> list[bytes]:
    return [some[i : i + size] for i in range(0, len(some), size)]


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection as a dying router does: without a goodbye."""
    found = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        if found is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
