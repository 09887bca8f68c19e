"""Pages of staff: a desk, the floor, one visit, the figures; every act is a form that works without scripts."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.actions import calling, citizen, desks, planning, reception, serving
from app.domain.errors import Refusal, Refused
from app.domain.floor import Floor
from app.domain.journey import Journey
from app.domain.pathway import papers_for
from app.domain.stop import State
from app.domain.visit import Visit
from app.screens import desk as desk_screen
from app.screens import floorwalker as floor_screen
from app.screens import manager as manager_screen
from app.screens.shapes import Shape, visit_shape
from app.store.idempotency import Answer
from app.store.store import Known
from app.store.work import Work
from app.web.access import Clerk, Floorwalker, Manager
from app.web.answers import clean, store_of
from app.web.devices import machines
from app.web.errors import Problem
from app.web.forms import Form, act, done, read_form
from app.web.journeys import why_not
from app.web.pages import arrival_from
from app.web.render import fragment_now, page
from app.web.wording import language_of

router = APIRouter(prefix="/sites/{site}", include_in_schema=False)

Do = Callable[[Work], object]


async def _page(request: Request, site: str, who: str, show: Callable[..., Shape], live: str, **more: Any) -> Response:
    """A live page, or its fragment for a page that polls."""
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    screen = show(p.floor, known.house, store.clock(), p.seq, p.epoch)
    if who in ("floorwalker", "manager"):
        screen = screen.model_copy(update=machines(request, site))
    language = language_of(request)
    if request.query_params.get("fragment"):
        text = fragment_now(request, who, known.house, screen, language)
        return Response(text, 200, {"X-Seq": str(p.seq), "X-Epoch": p.epoch}, "text/html")
    status = more.pop("status", 200)
    live = f"{live}?lang={language}"
    return page(request, f"{who}/page.html", known.house, status, screen=screen, live_url=live, **more)


@router.get("/desks/{desk}")
async def desk_page(
    request: Request, site: str, desk: str, caller: Clerk, said: str | None = None, status: int = 200
) -> Response:
    """A clerk's desk."""
    show = lambda f, h, at, seq, epoch: desk_screen.show(f, h, at, seq, epoch, desk)
    live, path = f"/live/sites/{site}/desks/{desk}", f"/sites/{site}/desks/{desk}"
    return await _page(request, site, "desk", show, live, said=said, status=status, path=path)


@router.post("/desks/{desk}/{what}")
async def desk_act(request: Request, site: str, desk: str, what: str, caller: Clerk) -> Response:
    """What a clerk does."""
    form = await read_form(request)
    do = desk_acts(desk, form).get(what)
    if do is None:
        raise Problem(404, "not_found")
    again = lambda said: desk_page(request, site, desk, caller, said, 409)
    found = await act(request, site, caller.actor, form, lambda w: _nothing(do(w)), again)
    return done(request, f"/sites/{site}/desks/{desk}") if isinstance(found, Answer) else found


def _nothing(_: object) -> Mapping[str, Any]:
    return {}


def desk_acts(desk: str, form: Form) -> dict[str, Do]:
    """The acts of a desk, by their address."""
    visit = form.text("visit")
    outcomes = {k.removeprefix("outcome-"): v[0] for k, v in form.fields.items() if k.startswith("outcome-")}
    hand_over = {"yes": True, "no": False}.get(form.text("hand_over") or "")
    minutes = form.number("minutes", 0, 600, 0)
    return {
        "openings": lambda w: desks.open_desk(w, desk),
        "pauses": lambda w: desks.pause_desk(w, desk, w.at + timedelta(minutes=minutes) if minutes else None),
        "closings": lambda w: desks.close_desk(w, desk),
        "calls": lambda w: calling.call_visit(w, desk, visit) if visit else calling.call_next(w, desk),
        "recalls": lambda w: calling.recall(w, desk),
        "starts": lambda w: serving.start(w, desk),
        "misses": lambda w: calling.miss(w, desk),
        "requeues": lambda w: calling.requeue(w, desk),
        "holds": lambda w: serving.hold(w, desk),
        "resumes": lambda w: serving.resume(w, desk, visit or ""),
        "undos": lambda w: serving.undo(w, desk),
        "finishes": lambda w: serving.finish(
            w, desk, form.text("outcome"), outcomes, form.many("add"), hand_over
        ),
    }  # fmt: skip


@router.get("/manager")
async def manager_page(request: Request, site: str, caller: Manager) -> Response:
    """Today in figures."""
    return await _page(request, site, "manager", manager_screen.show, f"/live/sites/{site}/manager")


@router.get("/floor")
async def floor_page(
    request: Request, site: str, caller: Floorwalker, said: str | None = None, status: int = 200
) -> Response:
    """The tablet; `find` goes to the visit with that number."""
    find = request.query_params.get("find", "")
    if find.isdecimal():
        known = await store_of(request).known(site)
        found = next((v for v in known.picture.floor.visits.values() if v.number == int(find)), None)
        if found is not None:
            return RedirectResponse(f"/sites/{site}/floor/visits/{found.id}", 303)
    live = f"/live/sites/{site}/floor"
    return await _page(
        request, site, "floorwalker", floor_screen.show, live, said=said, status=status, path=f"/sites/{site}/floor"
    )


@router.get("/floor/arrivals/new")
async def arrival_page(
    request: Request, site: str, caller: Floorwalker, said: str | None = None, status: int = 200
) -> Response:
    """Who has come?"""
    known = await store_of(request).known(site)
    bookings = sorted(
        (b for b in known.picture.floor.bookings.values() if not b.cancelled and b.visit is None),
        key=lambda b: b.starts_at,
    )
    path = f"/sites/{site}/floor/arrivals/new"
    return page(request, "floorwalker/arrival.html", known.house, status, said=said, bookings=bookings, path=path)


@router.post("/floor/visits")
async def floor_arrival(request: Request, site: str, caller: Floorwalker) -> Response:
    """A number, and the page of the visit."""
    form = await read_form(request)
    who = arrival_from(form, by_staff=True)

    def do(work: Work) -> dict[str, Any]:
        visit = reception.arrive(work, who)
        work.give_link(visit)
        return {"visit": visit.id}

    again = lambda said: arrival_page(request, site, caller, said, 409)
    found = await act(request, site, caller.actor, form, do, again)
    if not isinstance(found, Answer):
        return found
    return RedirectResponse(f"/sites/{site}/floor/visits/{found.body['visit']}", 303)


@router.get("/floor/visits/{visit}")
async def visit_page(
    request: Request,
    site: str,
    visit: str,
    caller: Floorwalker,
    said: str | None = None,
    status: int = 200,
    plan: Journey | None = None,
) -> Response:
    """One visit: who, what, which papers, plan today."""
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    found = p.floor.visit(visit)
    screen = floor_screen.show_visit(p.floor, known.house, store.clock(), p.seq, p.epoch, visit)
    token, base = store.token(site, found), request.app.state.settings.base_url
    screen = screen.model_copy(update={"visit": visit_shape(found, known.house, p.seq, token, base)})
    shown = {
        "plan": _told(plan, known, language_of(request)),
        "hand": _hand(found, known),
        "said": said,
        "path": f"/sites/{site}/floor/visits/{visit}",
    }
    return page(request, "floorwalker/visit.html", known.house, status, screen=screen, **shown, **_papers(found, known))


def _papers(visit: Visit, known: Known) -> dict[str, Any]:
    """What the page asks for: the papers of the open stops, hard ones first, and the services that are wanted."""
    services = [s.service for s in visit.open_stops if s.service in known.house.services]
    path = known.house.pathways.get(visit.pathway or "")
    if path and all(s == known.house.reception for s in services):
        services = [*services, *path.stops]
    needs = {n.paper: n for s in services for n in papers_for(known.house, visit.pathway, s)}
    ordered = sorted(needs.values(), key=lambda n: not n.hard)
    return {"needs": ordered, "seen": visit.papers_seen, "missing": visit.papers_missing, "wanted": set(services)}


def _hand(visit: Visit, known: Known) -> str | None:
    """The floorwalker's desk that has this party's reception in hand."""
    stop = visit.in_hand
    return stop.desk if stop and stop.service == known.house.reception else None


def _told(plan: Journey | None, known: Known, language: str) -> dict[str, Any] | None:
    if plan is None:
        return None
    not_today = [{"service": n.service, "words": why_not(n, known.house, language)} for n in plan.not_today]
    return {"steps": plan.steps, "not_today": not_today, "alternatives": plan.alternatives}


@router.post("/floor/visits/{visit}/journey")
async def plan_visit(request: Request, site: str, visit: str, caller: Floorwalker) -> Response:
    """One tap plans today; or only looks."""
    form = await read_form(request)
    wanted, dry = form.many("service"), form.text("dry_run") is not None
    kept: list[Journey] = []

    def do(work: Work) -> dict[str, Any]:
        kept.append(planning.journey(work, visit, wanted or None, None, dry))
        return {}

    again = lambda said: visit_page(request, site, visit, caller, said, 409)
    found = await act(request, site, caller.actor, form, do, again)
    if not isinstance(found, Answer):
        return found
    return await visit_page(request, site, visit, caller, plan=kept[0] if kept else None)


@router.post("/floor/visits/{visit}/{what}")
async def visit_act(request: Request, site: str, visit: str, what: str, caller: Floorwalker) -> Response:
    """What a floorwalker does for a party."""
    form = await read_form(request)
    do = visit_acts(visit, form).get(what)
    if do is None:
        raise Problem(404, "not_found")
    again = lambda said: visit_page(request, site, visit, caller, said, 409)
    found = await act(request, site, caller.actor, form, lambda w: _nothing(do(w)), again)
    if not isinstance(found, Answer):
        return found
    gone = what in ("done", "departures")
    return RedirectResponse(f"/sites/{site}/floor" if gone else f"/sites/{site}/floor/visits/{visit}", 303)


def visit_acts(visit: str, form: Form) -> dict[str, Do]:
    """The acts on a visit, by their address."""
    papers = {k.removeprefix("paper-"): v[0] for k, v in form.fields.items() if k.startswith("paper-")}
    seen = frozenset(k for k, v in papers.items() if v == "seen")
    missing = frozenset(k for k, v in papers.items() if v == "missing")
    minutes = form.number("minutes", 1, 600, 15)
    note = clean((form.fields.get("text") or ("",))[0], 500)
    return {
        "receptions": lambda w: receive(w, visit),
        "done": lambda w: serving.finish(w, _reception_desk(w, visit)),
        "papers": lambda w: reception.check_papers(w, visit, seen, missing),
        "pathway": lambda w: reception.set_pathway(w, visit, form.text("pathway") or ""),
        "priority": lambda w: reception.set_priority(w, visit, form.text("on") == "yes"),
        "notes": lambda w: reception.add_note(w, visit, note),
        "step-outs": lambda w: citizen.step_out(w, visit, minutes, True),
        "returns": lambda w: citizen.come_back(w, visit, True),
        "departures": lambda w: citizen.depart(w, visit),
        "splits": lambda w: w.give_link(reception.split(w, visit, form.many("member"))),
        "links": lambda w: w.give_link(reception.renew_link(w, visit)),
    }


def receive(work: Work, visit: str) -> object:
    """Take a party: called and started at a floorwalker's free desk, which is opened if need be."""
    desk = free_roaming_desk(work.floor, work)
    desks.open_desk(work, desk)
    calling.call_visit(work, desk, visit)
    return serving.start(work, desk)


def free_roaming_desk(floor: Floor, work: Work) -> str:
    """A floorwalker's place that has nobody in hand; refuses when all do."""
    roaming = [d for d in work.house.desks.values() if d.roaming]
    free = next((d.code for d in roaming if floor.desk(d.code).stop is None), None)
    if free is None:
        held = floor.in_hand(roaming[0].code)
        raise Refused(Refusal.DESK_BUSY, number=held[0].number if held else "")
    return free


def _reception_desk(work: Work, visit: str) -> str:
    stop = work.floor.visit(visit).in_hand
    if stop is None or stop.desk is None or stop.state is not State.SERVING:
        raise Refused(Refusal.NOTHING_IN_HAND)
    return stop.desk


@router.post("/floor/services/{service}/{what}")
async def service_act(request: Request, site: str, service: str, what: str, caller: Floorwalker) -> Response:
    """A service is down, or back."""
    form = await read_form(request)
    acts: dict[str, Do] = {
        "pauses": lambda w: desks.pause_service(w, service, None, ""),
        "resumptions": lambda w: desks.resume_service(w, service),
    }
    do = acts.get(what)
    if do is None:
        raise Problem(404, "not_found")
    again = lambda said: floor_page(request, site, caller, said, 409)
    found = await act(request, site, caller.actor, form, lambda w: _nothing(do(w)), again)
    return done(request, f"/sites/{site}/floor") if isinstance(found, Answer) else found
