"""What staff see of the house's machines: whether each screen is heard of and heard, and whether messages get out."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from app.domain.machines import Device, Standing
from app.screens.shapes import Shape, Time

SILENT_AFTER = timedelta(seconds=30)
"""A screen that is not heard of for so long is told to staff."""

BEHIND = 5
"""A display whose picture is so many events old, and says so, shows yesterday's news."""


class DeviceShape(Shape):
    """A wall display or a kiosk. `trouble` is what staff are to look at: silent, no_sound, hidden or behind."""

    id: str
    kind: str
    name: str
    seen_at: Time | None
    sound: bool
    visible: bool
    call: str | None  # the last call that it says it showed
    lag: int
    trouble: str | None = None

    @property
    def told(self) -> tuple[object, ...]:
        """What is worth a push to staff: not every sign of life."""
        return self.id, self.name, self.trouble


class SenderShape(Shape):
    """A way out of the house: push, sms or print. `trouble` is the code of what went wrong last, within the hour."""

    way: str
    waiting: int
    failed: int
    trouble: str | None = None

    @property
    def told(self) -> tuple[object, ...]:
        """What is worth a push to staff: not every letter."""
        return self.way, self.failed, self.trouble


def show_device(device: Device, at: datetime) -> DeviceShape:
    """A paired device at this moment."""
    return DeviceShape(
        id=device.id,
        kind=device.kind,
        name=device.name or "",
        seen_at=device.seen_at,
        sound=bool(device.sound),
        visible=bool(device.visible),
        call=device.call,
        lag=device.lag or 0,
        trouble=_trouble(device, at),
    )


def _trouble(device: Device, at: datetime) -> str | None:
    last = device.seen_at or device.paired_at or device.asked_at
    if at - last > SILENT_AFTER:
        return "silent"
    if device.sound is False:
        return "no_sound"
    if device.visible is False:
        return "hidden"
    return "behind" if (device.lag or 0) > BEHIND else None


def show_devices(devices: Iterable[Device], at: datetime) -> list[DeviceShape]:
    """Those that staff know."""
    return [show_device(d, at) for d in devices if d.paired]


def show_senders(standing: Mapping[str, Standing]) -> list[SenderShape]:
    """The ways that were used within the hour."""
    return [
        SenderShape(way=way, waiting=s.waiting, failed=s.failed, trouble=s.last_failure or ("late" if s.late else None))
        for way, s in sorted(standing.items())
    ]
