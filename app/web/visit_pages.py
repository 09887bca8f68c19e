"""The tablet's pages of one visit: receive, who is it, papers, plan today, print, send on."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.actions import calling, citizen, desks, planning, reception, serving, slots, telling
from app.domain.errors import Refusal, Refused
from app.domain.floor import Floor
from app.domain.hours import whole_day
from app.domain.ids import iso
from app.domain.journey import Journey
from app.domain.stop import State
from app.screens import citizen as citizen_screen
from app.screens import visit as visit_screen
from app.screens.shapes import after_calls, visit_shape
from app.store.idempotency import Answer
from app.store.work import Work
from app.web.access import Caller, Floorwalker
from app.web.answers import clean, store_of
from app.web.errors import Problem
from app.web.forms import Form, act, read_form
from app.web.journeys import look, why_not
from app.web.live_page import Do, nothing
from app.web.reach import give_and_send, sms_number, texts
from app.web.render import fragment_now, page
from app.web.wording import WORDS, language_of, translate

router = APIRouter(prefix="/sites/{site}/floor/visits/{visit}", include_in_schema=False)


@router.get("")
async def visit_page(
    request: Request,
    site: str,
    visit: str,
    caller: Floorwalker,
    said: str | None = None,
    status: int = 200,
    plan: Journey | None = None,
) -> Response:
    """One visit; its fragment for a page that asks again."""
    store = store_of(request)
    known = await store.known(site)
    p, at = known.picture, store.clock()
    found = p.floor.visit(visit)
    screen = visit_screen.show(p.floor, known.house, at, p.seq, p.epoch, visit)
    token, base = store.token(site, found), request.app.state.settings.base_url
    screen = screen.model_copy(update={"visit": visit_shape(found, known.house, p.seq, token, base)})
    language, asked = language_of(request), plan is not None
    looked = asked or not screen.planned
    if plan is None and screen.wanted and found.active:
        ahead = await look(request, site, visit, tuple(screen.wanted), None)
        plan = ahead.journey if ahead else None
    not_today = [why_not(n, known.house, language) for n in plan.not_today] if plan else []
    finish = after_calls(plan.finish and plan.finish[:2], [s.window[:2] for s in plan.steps]) if plan else None
    told = {"plan": plan, "finish": finish, "not_today": not_today, "looked": looked, "asked": asked}
    more: dict[str, Any] = {**told, "path": f"/sites/{site}/floor/visits/{visit}", "caller": caller}
    if request.query_params.get("fragment"):
        text = fragment_now(request, "floorwalker/visit", known.house, screen, language, **more)
        return Response(text, 200, {"X-Seq": str(p.seq), "X-Epoch": p.epoch, "X-At": iso(at)}, "text/html")
    return page(request, "floorwalker/visit/page.html", known.house, status, screen=screen, said=said, **more)


@router.get("/who")
async def who_page(request: Request, site: str, visit: str, caller: Floorwalker) -> Response:
    """Who is it? One question at a time; the last answer is the act."""
    known = await store_of(request).known(site)
    found = known.picture.floor.visit(visit)
    screen = visit_screen.who(known.house, request.query_params)
    more: dict[str, Any] = {"number": found.number, "path": f"/sites/{site}/floor/visits/{visit}/who", "caller": caller}
    return page(request, "floorwalker/visit/who.html", known.house, screen=screen, visit=visit, **more)


@router.get("/ticket")
async def ticket_page(
    request: Request, site: str, visit: str, caller: Floorwalker, said: str | None = None, status: int = 200
) -> Response:
    """The slip: the number, the link, the journey, in the party's own language; 80 mm wide on paper, or the link by SMS."""
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    found = p.floor.visit(visit)
    screen = citizen_screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch, visit)
    link = f"{request.app.state.settings.base_url}/t/{store.token(site, found)}"
    language = found.language if found.language in known.house.languages else "en"
    told = (translate(WORDS[said], language) if said in WORDS else said) if said else None
    more: dict[str, Any] = {"link": link, "visit": visit, "path": f"/sites/{site}/floor/visits/{visit}/ticket"}
    more["today"] = whole_day(known.house, p.floor.day)
    own = language_of(request)  # of whoever prints it, not of whom it is for
    more |= {"print_lang": own, "print_words": translate("Print", own)}
    more |= {"said": told, "texts": texts(request) and found.active, "given": "sms" in found.reach}
    return page(request, "floorwalker/visit/ticket.html", known.house, status, language=language, screen=screen, **more)


@router.post("/phones")
async def send_link(request: Request, site: str, visit: str, caller: Floorwalker) -> Response:
    """The number that the party typed on the page of its ticket: the link goes there."""
    form = await read_form(request)
    try:
        number = sms_number(request, form.fields.get("phone", ("",))[0][:30])
    except Problem as no:
        return await ticket_page(request, site, visit, caller, no.code, no.status)
    return await _on_ticket(request, site, visit, caller, form, lambda w: give_and_send(w, visit, number))


@router.post("/phone-removals")
async def forget_phone(request: Request, site: str, visit: str, caller: Floorwalker) -> Response:
    """The party wants no SMS any more: its number is forgotten now."""
    form = await read_form(request)
    return await _on_ticket(request, site, visit, caller, form, lambda w: telling.unsubscribe(w, visit, "sms"))


async def _on_ticket(request: Request, site: str, visit: str, caller: Caller, form: Form, do: Do) -> Response:
    """An act of the ticket's page, which is shown again."""
    again = lambda said: ticket_page(request, site, visit, caller, said, 409)
    found = await act(request, site, caller.actor, form, lambda w: nothing(do(w)), again)
    return found if not isinstance(found, Answer) else RedirectResponse(f"{_home(site, visit)}/ticket", 303)


def _home(site: str, visit: str) -> str:
    return f"/sites/{site}/floor/visits/{visit}"


@router.post("/journey")
async def plan_visit(request: Request, site: str, visit: str, caller: Floorwalker) -> Response:
    """One tap plans today; or only looks."""
    form = await read_form(request)
    wanted, dry = form.many("service"), form.text("dry_run") is not None
    looked = await look(request, site, visit, wanted or None, None)
    kept: list[Journey] = []

    def do(work: Work) -> Mapping[str, Any]:
        kept.append(planning.journey(work, visit, wanted or None, None, dry, looked))
        return {}

    again = lambda said: visit_page(request, site, visit, caller, said, 409)
    found = await act(request, site, caller.actor, form, do, again)
    if not isinstance(found, Answer):
        return found
    if dry and kept:
        return await visit_page(request, site, visit, caller, plan=kept[0])
    return RedirectResponse(f"/sites/{site}/floor/visits/{visit}", 303)


@router.post("/{what}")
async def visit_act(request: Request, site: str, visit: str, what: str, caller: Floorwalker) -> Response:
    """What a floorwalker does for a party."""
    form = await read_form(request)
    do = visit_acts(visit, form).get(what)
    if do is None:
        raise Problem(404, "not_found")
    again = lambda said: visit_page(request, site, visit, caller, said, 409)
    found = await act(request, site, caller.actor, form, lambda w: nothing(do(w)), again)
    if not isinstance(found, Answer):
        return found
    gone = what in ("done", "departures")
    return RedirectResponse(f"/sites/{site}/floor" if gone else f"/sites/{site}/floor/visits/{visit}", 303)


def visit_acts(visit: str, form: Form) -> dict[str, Do]:
    """The acts on a visit, by their address."""
    seen, missing = form.marked("paper-", "seen"), form.marked("paper-", "missing")
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
        "slots": lambda w: slots.join_slot(w, visit, form.text("booking") or ""),
        "other-desks": lambda w: slots.any_desk(w, visit),
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
