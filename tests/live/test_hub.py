"""The hub: who joins late is shown what is true then, and nobody is sent the same twice."""

import json
from datetime import timedelta
from typing import Any

import pytest

from app.actions import calling, desks
from app.domain.ids import moment
from app.live.hub import Follower, Hub, Look, View
from app.screens import board
from app.store.store import Store
from app.web.kept_parts import content
from app.web.sockets import Page, as_json
from tests.builders import Hall

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def the_wall(store: Store) -> View:
    """The wall's screen, as its socket makes it."""

    def show(look: Look) -> Page:
        known, p, at = look.known, look.known.picture, store.clock()
        screen = board.show(p.floor, known.house, at, p.seq, p.epoch)
        return Page(known, content(screen), look.at, lambda: as_json(screen, known), list(known.calls))

    return View("aalborg", "board", show)


async def joined(hub: Hub, view: View) -> tuple[Follower, dict[str, Any]]:
    """One more who follows, and what they are told first."""
    follower, shown = await hub.follow(view)
    return follower, json.loads(shown.message().text)


async def test_who_joins_between_two_looks_has_their_clock_set_by_now(hall: Hall) -> None:
    hall.open("tax-1")
    hub, view = Hub(hall.store), the_wall(hall.store)
    _, shown = await hub.follow(view)
    first = shown.message(-1, hall.clock())
    hall.clock.forward(seconds=0.5)
    assert shown.message(-1, hall.clock()) is first, "a crowd that comes at once is sent one message"
    hall.clock.forward(seconds=4)
    _, again = await hub.follow(view)
    assert again is shown
    now = hall.clock()
    assert moment(json.loads(again.message(-1, now).text)["at"]) == now


async def test_who_joins_later_is_given_no_time_and_no_call_of_before(hall: Hall) -> None:
    hall.open("tax-1")
    hall.arrives("cs.tax")
    hub, view = Hub(hall.store), the_wall(hall.store)
    hall.do(lambda w: calling.call_next(w, "tax-1"))
    first, before = await joined(hub, view)
    assert len(before["calls"]) == 1
    hall.clock.forward(minutes=3)
    hall.do(lambda w: desks.open_desk(w, "cs-1"))  # the wall shows nothing of it
    await hub.push("aalborg")
    assert first.slot is None, "the wall was sent what it shows already"
    _, now = await joined(hub, view)
    assert moment(now["at"]) - moment(before["at"]) >= timedelta(minutes=3)
    assert now["calls"] == []
