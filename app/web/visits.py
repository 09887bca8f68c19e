"""Visits: arrive, look, plan, papers, split, step out, come back, leave."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from app.actions import citizen, planning, reception, telling
from app.actions.reception import Arrival
from app.domain.visit import Member, Visit
from app.screens.shapes import VisitShape, visit_shape
from app.store import links
from app.store.work import Work
from app.web.access import Floorwalker, Reception, Staff
from app.web.answers import clean, perform, store_of
from app.web.bodies import (
    EmptyBody,
    JourneyBody,
    MinutesBody,
    NoteBody,
    PapersBody,
    PathwayBody,
    PriorityBody,
    SplitBody,
    VisitBody,
)
from app.web.journeys import journey_json, look
from app.web.routes import CommandRoute
from app.web.wording import language_of

router = APIRouter(prefix="/api/v1/sites/{site}/visits", tags=["visits"], route_class=CommandRoute)

SEES_LINKS = ("floorwalker", "admin")


@router.post("", status_code=201, response_model=VisitShape)
async def create_visit(request: Request, site: str, body: VisitBody, caller: Reception) -> JSONResponse:
    """Check a party in. The answer holds the link's token, which is told to nobody else but floorwalkers."""
    who = arrival_of(body, by_staff=caller.role != "kiosk")
    paper = body.print and site in request.app.state.settings.printer_addresses()

    def act(work: Work) -> Visit:
        visit = reception.arrive(work, who)
        return telling.print_slip(work, visit.id) if paper else visit

    return await on_linked(request, site, caller.actor, act, 201)


def arrival_of(body: VisitBody, by_staff: bool) -> Arrival:
    """A request as the rules know it."""
    return Arrival(
        arrival=body.arrival,
        members=tuple(Member(f"m{n}", m.kind, m.age) for n, m in enumerate(body.members, 1)),
        language=body.language,
        booking=body.booking_ref,
        pathway=body.pathway,
        services=tuple(dict.fromkeys(body.services)),
        priority=body.priority,
        interpreter=body.interpreter,
        leave_by=body.leave_by,
        number=body.number,
        by_staff=by_staff,
        anyway=body.anyway,
    )


def shown(visit: Visit, work: Work) -> dict[str, Any]:
    """A visit in an answer."""
    return visit_shape(visit, work.house, work.seq).model_dump(mode="json")


@router.get("", response_model=list[VisitShape])
async def list_visits(
    request: Request, site: str, caller: Staff, active: Annotated[bool, Query()] = False
) -> list[VisitShape]:
    """Today's visits; links only for floorwalkers."""
    known = await store_of(request).known(site)
    visits = known.picture.floor.active if active else tuple(known.picture.floor.visits.values())
    return [visit_shape(v, known.house, known.picture.seq, *_link(request, caller.role, site, v)) for v in visits]


@router.get("/{visit}", response_model=VisitShape)
async def read_visit(request: Request, site: str, visit: str, caller: Staff) -> VisitShape:
    """One visit."""
    known = await store_of(request).known(site)
    found = known.picture.floor.visit(visit)
    return visit_shape(found, known.house, known.picture.seq, *_link(request, caller.role, site, found))


def _link(request: Request, role: str, site: str, visit: Visit) -> tuple[str | None, str]:
    token = store_of(request).token(site, visit) if role in SEES_LINKS else None
    return token, request.app.state.settings.base_url


async def on_visit(
    request: Request, site: str, actor: str, act: Callable[[Work], Visit], status: int = 200
) -> JSONResponse:
    """Do something to a visit and answer with it."""
    return await perform(request, site, actor, lambda work: shown(act(work), work), status)


async def on_linked(request: Request, site: str, actor: str, act: Callable[[Work], Visit], status: int) -> JSONResponse:
    """The same for an act that makes a new link. What is kept says only which link it is, so no copy of the database opens it."""

    def linked(work: Work) -> dict[str, Any]:
        visit = act(work)
        work.give_link(visit)
        return shown(visit, work) | {"link": visit.link}

    def tell(kept: Mapping[str, Any]) -> Mapping[str, Any]:
        token = links.token_of(store_of(request).secret, site, kept["id"], kept["link"])
        return {**kept, "token": token, "link": f"{request.app.state.settings.base_url}/t/{token}"}

    return await perform(request, site, actor, linked, status, tell)


@router.post("/{visit}/journey")
async def plan_journey(request: Request, site: str, visit: str, body: JourneyBody, caller: Floorwalker) -> JSONResponse:
    """Plan what is open, or these services, for today; with `dry_run` nothing is booked."""
    wanted = tuple(dict.fromkeys(body.services)) if body.services is not None else None
    looked = await look(request, site, visit, wanted, body.leave_by)
    language = language_of(request)

    def act(work: Work) -> dict[str, Any]:
        found = planning.journey(work, visit, wanted, body.leave_by, body.dry_run, looked)
        return journey_json(found, work.house, language)

    return await perform(request, site, caller.actor, act)


@router.post("/{visit}/papers", response_model=VisitShape)
async def check_papers(request: Request, site: str, visit: str, body: PapersBody, caller: Staff) -> JSONResponse:
    """Which papers are here, and which are missing."""
    seen, missing = frozenset(body.seen), frozenset(body.missing)
    return await on_visit(request, site, caller.actor, lambda w: reception.check_papers(w, visit, seen, missing))


@router.post("/{visit}/splits", status_code=201, response_model=VisitShape)
async def create_split(request: Request, site: str, visit: str, body: SplitBody, caller: Floorwalker) -> JSONResponse:
    """Some members go on with a number and a link of their own."""
    members = tuple(body.members)
    return await on_linked(request, site, caller.actor, lambda work: reception.split(work, visit, members), 201)


@router.post("/{visit}/step-outs", response_model=VisitShape)
async def step_out(request: Request, site: str, visit: str, body: MinutesBody, caller: Floorwalker) -> JSONResponse:
    """Away for some minutes, the place kept."""
    return await on_visit(request, site, caller.actor, lambda w: citizen.step_out(w, visit, body.minutes, True))


@router.post("/{visit}/returns", response_model=VisitShape)
async def come_back(request: Request, site: str, visit: str, body: EmptyBody, caller: Floorwalker) -> JSONResponse:
    """Back again."""
    return await on_visit(request, site, caller.actor, lambda w: citizen.come_back(w, visit, True))


@router.post("/{visit}/departures", response_model=VisitShape)
async def depart(request: Request, site: str, visit: str, body: EmptyBody, caller: Floorwalker) -> JSONResponse:
    """Gone for today."""
    return await on_visit(request, site, caller.actor, lambda w: citizen.depart(w, visit))


@router.post("/{visit}/priority", response_model=VisitShape)
async def set_priority(
    request: Request, site: str, visit: str, body: PriorityBody, caller: Floorwalker
) -> JSONResponse:
    """Earlier than its place, within bounds."""
    return await on_visit(request, site, caller.actor, lambda w: reception.set_priority(w, visit, body.on))


@router.post("/{visit}/notes", response_model=VisitShape)
async def add_note(request: Request, site: str, visit: str, body: NoteBody, caller: Staff) -> JSONResponse:
    """A word for colleagues."""
    text = clean(body.text, 500)
    return await on_visit(request, site, caller.actor, lambda w: reception.add_note(w, visit, text))


@router.post("/{visit}/pathway", response_model=VisitShape)
async def set_pathway(request: Request, site: str, visit: str, body: PathwayBody, caller: Floorwalker) -> JSONResponse:
    """Which kind of newcomer this is."""
    return await on_visit(request, site, caller.actor, lambda w: reception.set_pathway(w, visit, body.pathway))


@router.post("/{visit}/links", response_model=VisitShape)
async def renew_link(request: Request, site: str, visit: str, body: EmptyBody, caller: Floorwalker) -> JSONResponse:
    """A lost ticket: a new link, the old one void."""
    return await on_linked(request, site, caller.actor, lambda work: reception.renew_link(work, visit), 200)
