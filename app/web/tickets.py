"""Tickets: the citizen's own screen and acts, opened by the link's token and by nothing else."""

from collections.abc import Callable
from hmac import compare_digest
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.requests import HTTPConnection

from app.actions import citizen
from app.domain.visit import Visit
from app.screens import citizen as screen
from app.screens.ticket import TicketScreen
from app.store import links
from app.store.links import Opened
from app.store.store import Store
from app.store.work import Work
from app.web.answers import perform, store_of
from app.web.bodies import EmptyBody, MinutesBody
from app.web.errors import Problem
from app.web.limits import slow_down

router = APIRouter(prefix="/api/v1/tickets/{token}", tags=["tickets"])


MISSES_A_MINUTE = 20
"""So many links that open nothing are looked up for one address; those that open are never counted."""


MOST_OPENED = 10_000


class OpenedLately:
    """What links opened before: a hint where to look, for the token itself proves that it is its visit's good link."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[str, Opened] = {}

    async def find(self, token: str) -> Opened | None:
        """What this token is known to open, by the day as it is known now: a renewed link or a new day ends it at once."""
        found = self._found.get(token)
        if found is None:
            return None
        floor = (await self._store.known(found.site)).picture.floor
        visit = floor.visits.get(found.visit) if floor.day == found.day else None
        return found if visit and compare_digest(self._store.token(found.site, visit), token) else None

    def keep(self, token: str, found: Opened) -> None:
        """Look there first next time."""
        if len(self._found) >= MOST_OPENED:
            self._found.clear()
        self._found[token] = found


class DayOver(Problem):
    """A good link of a party that comes back: its day is over, and what it keeps is behind a link of its own."""

    def __init__(self, found: Opened) -> None:
        super().__init__(404, "unknown_ticket")
        self.found = found


async def opened(connection: HTTPConnection, token: str) -> Opened:
    """What a token opens today; the same answer, as soon, for what never was, what is over and what is no token at all."""
    store: Store = connection.app.state.store
    lately: OpenedLately = connection.app.state.opened_lately
    if (known_to_open := await lately.find(token)) is not None:
        return known_to_open
    at = store.clock()
    found = await store.read(lambda db: links.find(db, token[:64], at))
    if found is not None:
        known = await store.known(found.site)
        if found.visit in known.picture.floor.visits:
            lately.keep(token, found)
            return found
        raise DayOver(found)
    await slow_down(connection, "ticket", MISSES_A_MINUTE)
    raise Problem(404, "unknown_ticket")


@router.get("", response_model=TicketScreen)
async def read_ticket(request: Request, token: str) -> TicketScreen:
    """My number, what is next, when, what to bring."""
    store = store_of(request)
    found = await opened(request, token)
    known = await store.known(found.site)
    p = known.picture
    return screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch, found.visit)


async def act_on(request: Request, token: str, act: Callable[[Work, str], Visit], status: int = 200) -> JSONResponse:
    """Let the citizen do something, and answer with their screen."""
    found = await opened(request, token)

    def do(work: Work) -> dict[str, Any]:
        act(work, found.visit)
        shown = screen.show(work.floor, work.house, work.at, work.seq, "", found.visit)
        return shown.model_dump(mode="json")

    return await perform(request, found.site, "citizen", do, status)


@router.post("/step-outs")
async def step_out(request: Request, token: str, body: MinutesBody) -> JSONResponse:
    """I need some minutes."""
    return await act_on(request, token, lambda w, v: citizen.step_out(w, v, body.minutes, False))


@router.post("/returns")
async def come_back(request: Request, token: str, body: EmptyBody) -> JSONResponse:
    """I am back."""
    return await act_on(request, token, lambda w, v: citizen.come_back(w, v, False))


@router.post("/departures")
async def depart(request: Request, token: str, body: EmptyBody) -> JSONResponse:
    """I leave for today."""
    return await act_on(request, token, lambda w, v: citizen.depart(w, v, False))
