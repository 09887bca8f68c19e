"""Who must be told: one list, one tap each; the same as JSON and acts for programs."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.actions import coming_back, planning, slots
from app.domain.doubt import SERVICE_DOWN, open_doubts
from app.screens import told as told_screen
from app.screens.shapes import VisitShape, visit_shape
from app.screens.told import ToldScreen
from app.store.idempotency import Answer
from app.store.work import Work
from app.web.access import Floorwalker, Staff
from app.web.answers import perform, store_of
from app.web.bodies import EmptyBody
from app.web.errors import Problem
from app.web.forms import act, done, read_form
from app.web.render import fragment_now, page
from app.web.wording import language_of

router = APIRouter(prefix="/api/v1/sites/{site}", tags=["visits"])
pages = APIRouter(prefix="/sites/{site}", include_in_schema=False)

Do = Callable[[Work, str], object]


def come_back(work: Work, visit: str) -> object:
    """A come-back ticket with right of way, for what is in doubt."""
    party = work.floor.visit(visit)
    doubts = open_doubts(party)
    why = "service_down" if SERVICE_DOWN in doubts.values() else "no_time"
    return coming_back.come_back_later(work, visit, why, [party.stop(s).service for s in doubts])


ACTS: dict[str, Do] = {
    "warnings": planning.warn,
    "come-backs": come_back,
    "drops": planning.leave_out,
    "other-desks": slots.any_desk,
}
"""What one tap on the list does."""


@router.get("/told", response_model=ToldScreen)
async def read_told(request: Request, site: str, caller: Staff) -> ToldScreen:
    """Who must be told that something may not be reached today, why, and what to offer."""
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    return told_screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch)


@router.post("/visits/{visit}/warnings", response_model=VisitShape)
async def create_warning(request: Request, site: str, visit: str, body: EmptyBody, caller: Floorwalker) -> JSONResponse:
    """Somebody has told the party what is in doubt."""

    def do(work: Work) -> dict[str, Any]:
        return visit_shape(planning.warn(work, visit), work.house, work.seq).model_dump(mode="json")

    return await perform(request, site, caller.actor, do)


@pages.get("/told")
async def told_page(
    request: Request, site: str, caller: Floorwalker, said: str | None = None, status: int = 200
) -> Response:
    """The list; its fragment for a page that polls."""
    store = store_of(request)
    known = await store.known(site)
    p, language = known.picture, language_of(request)
    screen = told_screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch)
    if request.query_params.get("fragment"):
        text = fragment_now(request, "floorwalker/told", known.house, screen, language)
        return Response(text, 200, {"X-Seq": str(p.seq), "X-Epoch": p.epoch}, "text/html")
    more: dict[str, Any] = {"live_url": f"/live/sites/{site}/told?lang={language}", "path": f"/sites/{site}/told"}
    more |= {"said": said, "caller": caller}
    return page(request, "floorwalker/told/page.html", known.house, status, screen=screen, **more)


@pages.post("/told/{visit}/{what}")
async def told_act(request: Request, site: str, visit: str, what: str, caller: Floorwalker) -> Response:
    """One tap: told, a come-back ticket, or left out."""
    form, do = await read_form(request), ACTS.get(what)
    if do is None:
        raise Problem(404, "not_found")

    def once(work: Work) -> dict[str, Any]:
        do(work, visit)
        return {}

    again = lambda said: told_page(request, site, caller, said, 409)
    found = await act(request, site, caller.actor, form, once, again)
    return done(request, f"/sites/{site}/told") if isinstance(found, Answer) else found
