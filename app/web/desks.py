"""Desks and services: open, call, serve, finish, send on, undo, pause."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.actions import calling, desks, sending, serving
from app.actions.calling import Called
from app.domain.errors import Refusal, Refused
from app.domain.ids import iso
from app.domain.stop import Stop
from app.screens.shapes import DeskShape, Shape, StopShape, VisitShape, desk_shape, stop_shape, visit_shape
from app.store.work import Work
from app.web.access import Clerk, Staff
from app.web.answers import clean, perform
from app.web.bodies import CallBody, EmptyBody, FinishBody, OutageBody, PauseBody, SendBody, VisitNamed
from app.web.routes import CommandRoute

router = APIRouter(prefix="/api/v1/sites/{site}", tags=["desks"], route_class=CommandRoute)

Json = dict[str, Any]


class CallShape(Shape):
    """A call; a recall has another id."""

    id: str
    number: int
    desk: str
    service: str
    again: bool


class CallAnswer(Shape):
    """Who was called, and why this one."""

    call: CallShape
    visit: VisitShape
    why: str


class StopAnswer(StopShape):
    """A stop with the visit that it is part of."""

    visit: str
    number: int


class FinishAnswer(Shape):
    """The stop that ended, and what the day of its party looks like now."""

    stop: StopAnswer
    visit: VisitShape


class UndoAnswer(Shape):
    """What the desk has in hand again, if anything."""

    stop: StopAnswer | None
    visit: VisitShape


def call_json(called: Called, work: Work) -> Json:
    """A call in an answer."""
    call = {
        "id": called.id,
        "number": called.visit.number,
        "desk": called.stop.desk,
        "service": called.stop.service,
        "again": called.again,
    }
    visit = visit_shape(called.visit, work.house, work.seq).model_dump(mode="json")
    values = {k: iso(v) if isinstance(v, datetime) else v for k, v in called.why_values.items()}
    return {"call": call, "visit": visit, "why": called.why, "why_values": values}


def stop_json(stop: Stop, work: Work) -> Json:
    """A stop in an answer, with the visit that it is part of."""
    visit = work.floor.visit(stop.id.rpartition(".")[0])
    return stop_shape(stop, visit, work.house).model_dump(mode="json") | {"visit": visit.id, "number": visit.number}


def desk_json(work: Work, desk: str) -> Json:
    """A desk in an answer."""
    return desk_shape(desk, work.floor, work.house).model_dump(mode="json")


async def on_desk(request: Request, site: str, actor: str, act: Callable[[Work], Stop]) -> JSONResponse:
    """Do something to the stop in hand and answer with it."""
    return await perform(request, site, actor, lambda work: stop_json(act(work), work))


@router.post("/desks/{desk}/openings", response_model=DeskShape)
async def open_desk(request: Request, site: str, desk: str, body: EmptyBody, caller: Clerk) -> JSONResponse:
    """This desk calls from now on."""
    return await perform(request, site, caller.actor, lambda w: (desks.open_desk(w, desk), desk_json(w, desk))[1])


@router.post("/desks/{desk}/pauses", response_model=DeskShape)
async def pause_desk(request: Request, site: str, desk: str, body: PauseBody, caller: Clerk) -> JSONResponse:
    """A break."""
    return await perform(
        request, site, caller.actor, lambda w: (desks.pause_desk(w, desk, body.until), desk_json(w, desk))[1]
    )


@router.post("/desks/{desk}/closings", response_model=DeskShape)
async def close_desk(request: Request, site: str, desk: str, body: EmptyBody, caller: Clerk) -> JSONResponse:
    """Done for today."""
    return await perform(request, site, caller.actor, lambda w: (desks.close_desk(w, desk), desk_json(w, desk))[1])


@router.post("/desks/{desk}/calls", status_code=201, response_model=CallAnswer)
async def create_call(request: Request, site: str, desk: str, body: CallBody, caller: Clerk) -> JSONResponse:
    """Call the next, or a given visit."""

    def act(work: Work) -> Json:
        called = calling.call_visit(work, desk, body.visit) if body.visit else calling.call_next(work, desk)
        return call_json(called, work)

    return await perform(request, site, caller.actor, act, 201)


@router.post("/desks/{desk}/recalls", status_code=201, response_model=CallAnswer)
async def create_recall(request: Request, site: str, desk: str, body: VisitNamed, caller: Clerk) -> JSONResponse:
    """Call the party in hand again."""
    return await perform(request, site, caller.actor, lambda w: call_json(calling.recall(w, desk), w), 201)


@router.post("/desks/{desk}/starts", response_model=StopAnswer)
async def start(request: Request, site: str, desk: str, body: VisitNamed, caller: Clerk) -> JSONResponse:
    """The party is here."""
    return await on_desk(request, site, caller.actor, lambda w: serving.start(w, desk))


@router.post("/desks/{desk}/misses", response_model=StopAnswer)
async def miss(request: Request, site: str, desk: str, body: VisitNamed, caller: Clerk) -> JSONResponse:
    """Nobody came."""
    return await on_desk(request, site, caller.actor, lambda w: calling.miss(w, desk))


@router.post("/desks/{desk}/requeues", response_model=StopAnswer)
async def requeue(request: Request, site: str, desk: str, body: VisitNamed, caller: Clerk) -> JSONResponse:
    """Back into line."""
    return await on_desk(request, site, caller.actor, lambda w: calling.requeue(w, desk))


@router.post("/desks/{desk}/holds", response_model=StopAnswer)
async def hold(request: Request, site: str, desk: str, body: VisitNamed, caller: Clerk) -> JSONResponse:
    """Set aside for a moment."""
    return await on_desk(request, site, caller.actor, lambda w: serving.hold(w, desk))


@router.post("/desks/{desk}/resumes", response_model=StopAnswer)
async def resume(request: Request, site: str, desk: str, body: VisitNamed, caller: Clerk) -> JSONResponse:
    """Take up what was held."""
    if body.visit is None:
        raise Refused(Refusal.UNKNOWN_VISIT)
    visit = body.visit
    return await on_desk(request, site, caller.actor, lambda w: serving.resume(w, desk, visit))


@router.post("/desks/{desk}/undos", response_model=UndoAnswer)
async def undo(request: Request, site: str, desk: str, body: VisitNamed, caller: Clerk) -> JSONResponse:
    """Take back the desk's last act."""

    def act(work: Work) -> Json:
        visit = serving.undo(work, desk)
        found = work.floor.in_hand(desk)
        stop = stop_json(found[1], work) if found else None
        return {"stop": stop, "visit": visit_shape(visit, work.house, work.seq).model_dump(mode="json")}

    return await perform(request, site, caller.actor, act)


@router.post("/desks/{desk}/finishes", response_model=FinishAnswer)
async def finish(request: Request, site: str, desk: str, body: FinishBody, caller: Clerk) -> JSONResponse:
    """The stop is done, with its outcome for each member."""

    def act(work: Work) -> Json:
        add = tuple(dict.fromkeys(body.add))
        visit, stop = serving.finish(work, desk, body.outcome, body.outcomes, add, body.hand_over)
        shown = visit_shape(visit, work.house, work.seq).model_dump(mode="json")
        return {"stop": stop_json(stop, work), "visit": shown}

    return await perform(request, site, caller.actor, act)


@router.post("/desks/{desk}/sends", response_model=VisitShape)
async def send_on(request: Request, site: str, desk: str, body: SendBody, caller: Clerk) -> JSONResponse:
    """On to another service; the first arrival keeps counting."""
    note = clean(body.note, 500) if body.note else None

    def act(work: Work) -> Json:
        visit = sending.send_on(work, desk, body.to_service, note)
        return visit_shape(visit, work.house, work.seq).model_dump(mode="json")

    return await perform(request, site, caller.actor, act)


@router.post("/services/{service}/pauses")
async def pause_service(request: Request, site: str, service: str, body: OutageBody, caller: Staff) -> JSONResponse:
    """A service is down: its line stands still, in order."""
    notice = clean(body.notice, 300)

    def act(work: Work) -> Json:
        desks.pause_service(work, service, body.expected_back, notice)
        return {"code": service, "paused": True, "notice": notice}

    return await perform(request, site, caller.actor, act)


@router.post("/services/{service}/resumptions")
async def resume_service(request: Request, site: str, service: str, body: EmptyBody, caller: Staff) -> JSONResponse:
    """It is back."""

    def act(work: Work) -> Json:
        desks.resume_service(work, service)
        return {"code": service, "paused": False}

    return await perform(request, site, caller.actor, act)
