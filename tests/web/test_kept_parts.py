"""What a followed ticket keeps of its last picture is never older than the picture that it belongs to."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from app.domain.lines import Lines
from app.screens import citizen as screens
from app.screens.citizen import Ticket
from app.web.kept_parts import Kept
from app.web.render import fragment_now, ticket_fragment
from app.web.sockets import ticket_as_json
from tests.acts import Cast
from tests.builders import Hall
from tests.test_history import ROWS, attempt

KEY = re.compile(r'name="key" value="[^"]*"')
LANGUAGES = ("en", "ar")
MOST, STEPS = 5, 150


def _socket() -> HTTPConnection:
    app = SimpleNamespace(state=SimpleNamespace(ways={}))
    scope = {"type": "websocket", "path": "/live/tickets/t", "path_params": {"token": "t"}, "headers": [], "app": app}
    return HTTPConnection(scope | {"query_string": b"", "server": ("test", 80), "scheme": "ws"})


class Phones:
    """Phones that follow one ticket: as JSON, and as pages."""

    def __init__(self, hall: Hall, visit: str) -> None:
        self._hall, self._visit, self._ticket = hall, visit, Ticket(visit)
        self._json = ticket_as_json()
        self._pages = {language: ticket_fragment(_socket(), language) for language in LANGUAGES}

    def look(self, at: datetime, lines: Lines) -> Iterator[tuple[str, str, str]]:
        """The phase of the ticket, what each is shown, and what one is that comes at this very moment."""
        known = self._hall.store.known_here("aalborg")
        p, house = known.picture, known.house
        shown = self._ticket.show(p.floor, house, at, p.seq, p.epoch, lines)
        anew = screens.show(p.floor, house, at, p.seq, p.epoch, self._visit)
        yield anew.phase, b"".join(self._json(shown, known)[1]).decode(), anew.model_dump_json()
        for language, page in self._pages.items():
            text = fragment_now(_socket(), "citizen", house, anew, language, token="t", path="/t/t").decode()
            yield anew.phase, KEY.sub("", json.loads(b"".join(page(shown, known)[1]))), KEY.sub("", text)


def a_day(hall: Hall) -> set[str]:
    """Anybody does anything; the phases that the followed tickets went through."""
    hall.open()
    luck = Random(4)
    cast, phones, phases = Cast(luck), dict[str, Phones](), set[str]()
    for _ in range(STEPS):
        attempt(hall, luck.choice(ROWS).act(cast))
        hall.clock.forward(seconds=luck.choice((1, 20, 70)))
        known, at = hall.store.known_here("aalborg"), hall.clock()
        floor, lines = known.picture.floor, Lines(known.picture.floor, known.house, at)
        for visit in list(floor.visits)[:MOST]:
            for phase, shown, anew in phones.setdefault(visit, Phones(hall, visit)).look(at, lines):
                assert shown == anew, phase
                phases.add(phase)
    return phases


def test_whatever_happens_who_follows_a_ticket_sees_what_one_sees_who_comes_then(hall: Hall) -> None:
    assert {"waiting", "called", "serving", "missed", "away"} <= a_day(hall)


def kept_for_good(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Kept, "part", lambda kept, name, shows, make: kept._parts.setdefault(name, (None, make()))[1])


def for_good(field: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Of what is followed, this much stays as it was shown first."""

    def wrong(patch: pytest.MonkeyPatch) -> None:
        show, first = Ticket.show, dict[Ticket, Any]()

        def stuck(ticket: Ticket, *now: Any) -> Any:
            shown = show(ticket, *now)
            return shown._replace(**{field: first.setdefault(ticket, getattr(shown, field))})

        patch.setattr(Ticket, "show", stuck)

    return wrong


@pytest.mark.parametrize("wrong", [kept_for_good, for_good("still"), for_good("ahead")], ids=["text", "still", "place"])
def test_were_any_of_it_kept_for_good_they_would_see_what_was(
    hall: Hall, wrong: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong(monkeypatch)
    with pytest.raises(AssertionError, match=r"waiting|called"):
        a_day(hall)
