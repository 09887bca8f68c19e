"""What the house's machines say of themselves: its displays, and its ways out."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Device:
    """A device as it is kept: a stranger with a code on its screen, or paired with a name, or ended."""

    site: str
    id: str
    kind: str
    name: str | None
    code: str | None
    asked_at: datetime
    paired_at: datetime | None
    ended_at: datetime | None
    seen_at: datetime | None
    sound: bool | None
    visible: bool | None
    call: str | None
    lag: int | None

    @property
    def paired(self) -> bool:
        """Staff know it."""
        return self.paired_at is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one way out of the house does: what waits now, and what was sent or failed within the hour."""

    waiting: int = 0
    late: int = 0  # of those that wait, tried before
    sent: int = 0
    failed: int = 0
    last_failure: str | None = None  # its code
