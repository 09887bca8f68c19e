"""The phone: a ticket's page and its acts, opened by the link's token and by nothing else."""

import asyncio
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from app.actions import citizen
from app.resources import folder
from app.screens import citizen as screens
from app.screens.ticket import TicketScreen
from app.store.idempotency import Answer
from app.store.store import Known
from app.store.work import Work
from app.web.answers import store_of
from app.web.calendar import KIND, calendar_of
from app.web.errors import Problem
from app.web.forms import act, done, read_form
from app.web.hand_outs import to_hand_out
from app.web.packed import packed
from app.web.render import fragment_now, page
from app.web.tickets import DayOver, opened

router = APIRouter(prefix="/t", include_in_schema=False)

ACTS = {
    "step-outs": lambda work, visit, minutes: citizen.step_out(work, visit, minutes, False),
    "returns": lambda work, visit, minutes: citizen.come_back(work, visit, False),
    "departures": lambda work, visit, minutes: citizen.depart(work, visit, False),
}


@router.get("/worker.js")
async def worker() -> FileResponse:
    """What shows messages while the page is closed: it must lie beside the pages it is for."""
    file = folder("templates") / "assets" / "worker.js"
    return FileResponse(file, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/{token}")
async def ticket(request: Request, token: str) -> Response:
    """My number, what is next, when, what I may do. After its day the link of who comes back leads to what they keep."""
    try:
        return await _page(request, token)
    except DayOver as over:
        return to_hand_out(request, over.found.site, over.found.visit)


async def _page(request: Request, token: str, said: str | None = None) -> Response:
    """The page; with what an act was refused for."""
    visit, known, screen = await _seen(request, token)
    language = _language(request, known, visit)
    if request.query_params.get("fragment"):
        headers = {"X-Seq": str(screen.seq), "X-Epoch": screen.epoch}
        text = fragment_now(request, "citizen", known.house, screen, language, token=token)
        return Response(text, 200, headers, "text/html")
    shown = {"screen": screen, "token": token, "live_url": f"/live/tickets/{token}?lang={language}", "said": said}
    shown["path"] = f"/t/{token}"  # also where the page answers an act
    kept = request.app.state.kept_parts.of((token, language))
    whole = page(request, "citizen/page.html", known.house, 409 if said else 200, language=language, kept=kept, **shown)
    return packed(request, whole)


async def _seen(request: Request, token: str) -> tuple[str, Known, TicketScreen]:
    store = store_of(request)
    found = await opened(request, token)
    known = await store.known(found.site)
    p, lines = known.picture, request.app.state.hub.look(found.site, known).lines
    return found.visit, known, screens.show(p.floor, known.house, store.clock(), p.seq, p.epoch, found.visit, lines)


def _language(request: Request, known: Known, visit: str) -> str:
    """As chosen on this phone, else as chosen at check-in."""
    chosen = (
        request.query_params.get("lang") or request.cookies.get("lang") or known.picture.floor.visits[visit].language
    )
    return chosen if chosen in known.house.languages else "en"


@router.get("/{token}/calendar.ics")
async def calendar(request: Request, token: str) -> Response:
    """My time, for the calendar of the phone."""
    visit, known, screen = await _seen(request, token)
    file = await asyncio.to_thread(calendar_of, screen, known.house, visit, _language(request, known, visit))
    if file is None:
        raise Problem(404, "not_found")
    return Response(file, media_type=KIND, headers={"Content-Disposition": "attachment; filename=samedag.ics"})


@router.post("/{token}/{what}")
async def ticket_act(request: Request, token: str, what: str) -> Response:
    """More time, back again, leave."""
    found, form = await opened(request, token), await read_form(request)
    if what not in ACTS:
        raise Problem(404, "not_found")
    minutes = form.number("minutes", 1, 600, 10)

    def do(work: Work) -> dict[str, Any]:
        ACTS[what](work, found.visit, minutes)
        return {}

    answer = await act(request, found.site, "citizen", form, do, partial(_page, request, token))
    return done(request, f"/t/{token}") if isinstance(answer, Answer) else answer
