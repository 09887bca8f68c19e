"""The ticket printer: ESC/POS over TCP. It is asked whether it can print before, and whether it has printed after."""

import asyncio
from collections.abc import Mapping

from app.notify.slip import can_print, slip
from app.notify.ways import Errand, NotTaken, Say, TryLater

CONNECT_SECONDS, ANSWER_SECONDS, PRINT_SECONDS = 4.0, 1.0, 15.0
OFFLINE_CAUSE, PAPER = b"\x10\x04\x02", b"\x10\x04\x04"
"""Asks that are answered at once, whatever waits to be printed."""

DONE = b"\x1dr\x01"
"""An ask that is answered in its turn: when what stands before it was printed."""


class Printer:
    """One printer for each site that has one."""

    at_once = 1  # a printer takes one connection at a time

    def __init__(self, addresses: Mapping[str, str], say: Say, font: str = "") -> None:
        self._addresses, self._say, self._font = addresses, say, font
        import escpos.printer  # noqa: F401  # a missing extra shows itself at the start, not at the first ticket

    async def send(self, errand: Errand) -> None:
        """One slip."""
        address = self._addresses.get(errand.letter.site)
        if address is None:
            raise NotTaken("off")
        content = await asyncio.to_thread(self._content, errand)
        host, _, port = address.rpartition(":")
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), CONNECT_SECONDS)
        except (OSError, TimeoutError):
            raise TryLater("printer_off") from None
        try:
            await self._print(reader, writer, content)
        except OSError:
            raise NotTaken("unknown") from None  # half a slip may hang out: staff look, nothing prints twice
        finally:
            writer.close()

    def _content(self, errand: Errand) -> bytes:
        house, visit, p = errand.known.house, errand.visit, errand.known.picture
        language = visit.language if can_print(visit.language, self._font) else "en"
        say = self._say(house.timezone, language)
        return slip(visit, p.floor, house, errand.link, say, errand.letter.due_at, self._font)

    async def _print(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: bytes) -> None:
        cause = await _ask(reader, writer, OFFLINE_CAUSE, ANSWER_SECONDS)
        paper = await _ask(reader, writer, PAPER, ANSWER_SECONDS) if cause is not None else None
        if cause is not None and cause & 0x04:
            raise TryLater("cover_open")
        if (paper is not None and paper & 0x60) or (cause is not None and cause & 0x20):
            raise TryLater("paper_out")
        if cause is not None and cause & 0x40:
            raise TryLater("printer_error")
        writer.write(content)
        await asyncio.wait_for(writer.drain(), PRINT_SECONDS)
        if cause is not None and await _ask(reader, writer, DONE, PRINT_SECONDS) is None:
            raise NotTaken("printer_stuck")

    async def close(self) -> None:
        """Nothing is held open."""


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, what: bytes, seconds: float) -> int | None:
    """A status byte; None from a printer that does not answer such asks."""
    writer.write(what)
    try:
        answer = await asyncio.wait_for(reader.readexactly(1), seconds)
    except (TimeoutError, asyncio.IncompleteReadError):
        return None
    return answer[0]
