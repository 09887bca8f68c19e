"""The house: bookings, the log, the screens as JSON, health."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import generate_latest

from app.actions.bookings import import_bookings
from app.domain.booking_list import ListRefused, read_bookings
from app.domain.ids import iso
from app.screens import board, floorwalker
from app.screens import desk as desk_screen
from app.screens.board import Board
from app.screens.desk import DeskScreen
from app.screens.floorwalker import FloorScreen
from app.screens.programme import todays_shows
from app.store import eventlog, migrate
from app.store.work import Work
from app.web.access import Clerk, Staff
from app.web.answers import perform, store_of
from app.web.devices import machines
from app.web.errors import as_response, problem
from app.web.render import version
from app.web.wording import language_of

router = APIRouter(tags=["house"])
SITE = "/api/v1/sites/{site}"
MOST = 2**63 - 1
"""The largest whole number that either database takes."""


@router.post(SITE + "/bookings", response_model=None)
async def create_bookings(request: Request, site: str, caller: Staff) -> JSONResponse:
    """A booking list as `text/csv`. Good rows are taken, each bad one is named with its line; again changes nothing."""
    raw = await request.body()
    known = await store_of(request).known(site)
    try:
        listed = read_bookings(raw, known.house)
    except ListRefused as refused:
        return as_response(problem(422, refused.code, refused.detail, language_of(request)))
    rejected = [{"line": r.line, "code": r.code, "detail": r.detail, "remedy": r.remedy} for r in listed.rejected]

    def act(work: Work) -> dict[str, Any]:
        done = import_bookings(work, listed)
        return {"imported": done.imported, "updated": done.updated, "cancelled": done.cancelled, "rejected": rejected}

    return await perform(request, site, caller.actor, act)


@router.get(SITE + "/events")
async def read_events(
    request: Request,
    site: str,
    caller: Staff,
    after: Annotated[int, Query(ge=0, le=MOST)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> dict[str, Any]:
    """The log after a number, in order, without gaps; who acted is masked for clerks."""
    known = await store_of(request).known(site)
    logged = await store_of(request).read(lambda db: eventlog.after(db, site, after, limit))
    masked = caller.role == "clerk"
    return {"epoch": known.picture.epoch, "events": [event_json(entry, masked) for entry in logged]}


def event_json(entry: eventlog.Logged, masked: bool) -> dict[str, Any]:
    """An event for the outside."""
    event = entry.event
    return {
        "seq": entry.seq,
        "at": iso(event.at),
        "day": entry.day.isoformat(),
        "kind": event.kind.value,
        "visit": event.visit,
        "stop": event.stop,
        "desk": event.desk,
        "actor": entry.actor.partition(":")[0] if masked else entry.actor,
        "facts": dict(event.facts),
    }


@router.get(SITE + "/board", response_model=Board)
async def read_board(request: Request, site: str) -> Board:
    """What the hall sees. It is on the wall, so anybody may read it."""
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    at = store.clock()
    return board.show(
        p.floor, known.house, at, p.seq, p.epoch, version(), todays_shows(known.programme, known.house, at)
    )


@router.get(SITE + "/floor", response_model=FloorScreen)
async def read_floor(request: Request, site: str, caller: Staff) -> FloorScreen:
    """What a floorwalker sees."""
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    screen = floorwalker.show(p.floor, known.house, store.clock(), p.seq, p.epoch)
    return screen.model_copy(update=machines(request, site))


@router.get(SITE + "/desks/{desk}", response_model=DeskScreen)
async def read_desk(request: Request, site: str, desk: str, caller: Clerk) -> DeskScreen:
    """What the clerk at a desk sees."""
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    return desk_screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch, desk)


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    """The process lives."""
    return PlainTextResponse("ok")


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """It can serve: the database answers in this version's schema, it has a site, and screens are pushed."""
    store, jobs = store_of(request), request.app.state.jobs
    sites = await store.read_sites()
    found = {
        "database": True,
        "migrations": await store.read(migrate.revision) == migrate.newest(),
        "push": not any(job.done() for job in jobs),
        "sites": sites,
    }
    ready = all(found.values())
    return JSONResponse({"ready": ready} | found, 200 if ready else 503)


@router.get("/metrics")
async def metrics() -> PlainTextResponse:
    """For Prometheus; numbers only, no ticket and no name."""
    return PlainTextResponse(generate_latest().decode(), media_type="text/plain; version=0.0.4")
