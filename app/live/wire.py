"""What goes over the sockets, as types: `display/wire.schema.json` is made from these, and a test holds them together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from app.domain.house import House
from app.domain.ids import iso
from app.screens.board import Board
from app.screens.shapes import Shape, Time, Words
from app.store.calls import Call
from app.store.store import Known


class CallMessage(Shape):
    """A call to be seen and heard once for its id."""

    id: str
    number: int
    desk: str
    label: Words
    place: Words
    again: bool
    at: Time


class ScreenMessage(Shape):
    """The whole screen as it is true at `seq`; never a difference."""

    type: Literal["screen"] = "screen"
    epoch: str
    seq: int
    at: Time
    screen: Board | dict[str, object] | None = None
    html: str | None = None
    calls: list[CallMessage] = []


class Beat(Shape):
    """The connection lives."""

    type: Literal["beat"] = "beat"
    seq: int
    at: Time


class DeviceMessage(Shape):
    """To a display alone, who it is: its name, or the code to be paired by while nobody knows it."""

    type: Literal["device"] = "device"
    name: str | None
    code: str | None


class Seen(Shape):
    """A display's receipt for a call."""

    type: Literal["seen"]
    call: str = Field(max_length=80)


class Health(Shape):
    """How a display is."""

    type: Literal["health"]
    sound: bool
    visible: bool
    seq: int | None = None  # the newest number it has heard


ToServer = TypeAdapter[Seen | Health](Annotated[Seen | Health, Field(discriminator="type")])
ToClient = TypeAdapter[ScreenMessage | Beat | DeviceMessage](
    Annotated[ScreenMessage | Beat | DeviceMessage, Field(discriminator="type")]
)


Pieces = Sequence[bytes]
"""What is sent, before it is put together: only once, for it is long."""


class Message:
    """What goes to many: its text, and the whole frame that carries it, made once for all of them."""

    __slots__ = ("_head", "frame")

    def __init__(self, *text: bytes) -> None:
        head = b"\x81" + _length(sum(map(len, text)))
        self._head, self.frame = len(head), b"".join((head, *text))

    @property
    def text(self) -> str:
        """What the frame carries."""
        return self.frame[self._head :].decode()


def _length(size: int) -> bytes:
    """RFC 6455, 5.2: one byte, or a mark and two or eight."""
    if size < 126:
        return bytes((size,))
    return b"\x7e" + size.to_bytes(2, "big") if size < 65_536 else b"\x7f" + size.to_bytes(8, "big")


def beat(seq: int, at: datetime) -> Message:
    """A beat; said often, so put together by hand."""
    return Message(f'{{"type":"beat","seq":{seq},"at":"{iso(at)}"}}'.encode())


def call_message(call: Call, house: House) -> CallMessage:
    """A call with the words for its place."""
    desk = house.desks[call.desk]
    return CallMessage(
        id=call.id,
        number=call.number,
        desk=call.desk,
        label=dict(desk.label),
        place=dict(desk.place),
        again=call.again,
        at=call.at,
    )


def screen_message(known: Known, at: datetime, content: Pieces, kind: str, calls: list[CallMessage]) -> Message:
    """A screen as JSON; `content` is JSON already and `kind` says whether it is a `screen` or `html`."""
    p, listed = known.picture, ",".join(c.model_dump_json() for c in calls)
    head = f'{{"type":"screen","epoch":"{p.epoch}","seq":{p.seq},"at":"{iso(at)}","{kind}":'
    return Message(head.encode(), *content, f',"calls":[{listed}]}}'.encode())


def schema() -> dict[str, object]:
    """The schema of both directions."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Samedag live screens",
        "server_to_client": ToClient.json_schema(),
        "client_to_server": ToServer.json_schema(),
    }
