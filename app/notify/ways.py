"""A way out of the house, and how sending can go wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.visit import Visit
from app.store.outbox import Letter
from app.store.store import Known

Say = Callable[[str, str], Mapping[str, Any]]
"""What can be said at a time zone in a language: `_`, `window`, `day` and their like, as pages say them."""


class Undelivered(Exception):
    """It did not arrive. `code` is stable and never holds an address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TryLater(Undelivered):
    """It may work in a while."""


class NotTaken(Undelivered):
    """It will not work, or may have worked: not to be tried again."""


class Gone(NotTaken):
    """There is nobody at this address any more; forget it."""

    def __init__(self) -> None:
        super().__init__("gone")


@dataclass(frozen=True, slots=True)
class Errand:
    """A letter with all that is needed to deliver it, looked up at the last moment."""

    letter: Letter
    known: Known
    visit: Visit
    address: str | None
    say: Mapping[str, Any]
    link: str
    told: str | None = None  # the message, where it is about something else than the turn

    @property
    def words(self) -> str:
        """The message in the party's language. Never the service: a lock screen lies on a table."""
        if self.told is not None:
            return self.told
        _ = self.say["_"]
        if self.letter.body["say"] == "link":
            return str(_("You have number %(number)s. See here when it is your turn:", number=self.visit.number))
        if self.letter.body["say"] == "now":
            return str(_("Number %(number)s: it is your turn now.", number=self.visit.number))
        return str(_("Number %(number)s: it is your turn soon. Please be in the house.", number=self.visit.number))


class Way(Protocol):
    """Sends; raises how it did not work. `at_once` letters may be under way together."""

    at_once: int

    async def send(self, errand: Errand) -> None: ...

    async def close(self) -> None: ...
