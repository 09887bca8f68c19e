"""The tablet's pages of the floor: who is here, a new arrival, services that are down."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.actions import desks, reception, serving, slips
from app.domain.errors import Refusal, Refused
from app.screens import floorwalker as floor_screen
from app.store.idempotency import Answer
from app.store.work import Work
from app.web.access import Floorwalker
from app.web.answers import clean, store_of
from app.web.errors import Problem
from app.web.forms import Form, act, done, read_form
from app.web.live_page import Do, live_page, nothing
from app.web.pages import arrival_from
from app.web.render import page
from app.web.wording import WORDS, language_of, translate

router = APIRouter(prefix="/sites/{site}", include_in_schema=False)

PARTIES: tuple[tuple[int, int], ...] = ((1, 0), (2, 0), (1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 0))
"""Adults and children of the parties that come most: one tap each."""


@router.get("/floor")
async def floor_page(
    request: Request, site: str, caller: Floorwalker, said: str | None = None, status: int = 200
) -> Response:
    """The tablet; `find` goes to the visit with that number."""
    find = request.query_params.get("find", "").strip()
    if find:
        known = await store_of(request).known(site)
        number = int(find) if find.isdecimal() and len(find) < 6 else 0
        found = next((v for v in known.picture.floor.visits.values() if v.number == number), None)
        if found is not None:
            return RedirectResponse(f"/sites/{site}/floor/visits/{found.id}", 303)
        said = translate(WORDS["number_not_here"], language_of(request)).format(number=number or "–")
    live, path = f"/live/sites/{site}/floor", f"/sites/{site}/floor"
    more = {"said": said, "status": status, "path": path, "caller": caller}
    show = lambda f, h, at, seq, epoch, lines: floor_screen.show(f, h, at, seq, epoch)
    return await live_page(request, site, "floorwalker", show, live, **more)


@router.get("/floor/arrivals/new")
async def arrival_page(
    request: Request, site: str, caller: Floorwalker, said: str | None = None, status: int = 200
) -> Response:
    """Who has come? One tap gives a number."""
    known = await store_of(request).known(site)
    bookings = sorted(
        (b for b in known.picture.floor.bookings.values() if not b.cancelled and b.visit is None),
        key=lambda b: b.starts_at,
    )
    more = {"bookings": bookings, "parties": PARTIES, "path": f"/sites/{site}/floor/arrivals/new", "caller": caller}
    return page(request, "floorwalker/arrival.html", known.house, status, said=said, **more)


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


@router.post("/floor/{what}")
async def floor_act(request: Request, site: str, what: str, caller: Floorwalker) -> Response:
    """A service is down, or back; the last act of a reception is taken back."""
    form = await read_form(request)
    do = floor_acts(form).get(what)
    if do is None:
        raise Problem(404, "not_found")
    again = lambda said: floor_page(request, site, caller, said, 409)
    found = await act(request, site, caller.actor, form, lambda w: nothing(do(w)), again)
    return done(request, f"/sites/{site}/floor") if isinstance(found, Answer) else found


def floor_acts(form: Form) -> dict[str, Do]:
    """The acts on the floor as a whole, by their address."""
    service, desk = form.text("service") or "", form.text("desk") or ""
    minutes = form.number("minutes", 0, 600, 0)
    notice = clean((form.fields.get("notice") or ("",))[0], 300)
    return {
        "pauses": lambda w: desks.pause_service(
            w, service, w.at + timedelta(minutes=minutes) if minutes else None, notice
        ),
        "slips": lambda w: slips.reserve(w, form.text("holder", 40) or "tablet"),
        "resumptions": lambda w: desks.resume_service(w, service),
        "undos": lambda w: undo(w, desk),
    }


def undo(work: Work, desk: str) -> object:
    """Take back what was last done at a floorwalker's place; a clerk's desk is the clerk's."""
    place = work.house.desks.get(desk)
    if place is None or not place.roaming:
        raise Refused(Refusal.UNKNOWN_DESK, desk=desk)
    return serving.undo(work, desk)
