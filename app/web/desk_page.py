"""A clerk's desk as a page; every act is a form that works without scripts, and calling is never a GET."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.actions import calling, desks, reception, sending, serving
from app.domain.errors import Refusal, Refused
from app.domain.visit import Visit
from app.screens import desk as desk_screen
from app.store.idempotency import Answer
from app.store.work import Work
from app.web.access import Clerk
from app.web.answers import clean
from app.web.errors import Problem
from app.web.forms import Form, act, done, read_form
from app.web.live_page import Do, live_page, nothing
from app.web.lock import LOCK_MINUTES

router = APIRouter(prefix="/sites/{site}", include_in_schema=False)


@router.get("/desks/{desk}")
async def desk_page(
    request: Request, site: str, desk: str, caller: Clerk, said: str | None = None, status: int = 200
) -> Response:
    """A clerk's desk."""
    show = lambda f, h, at, seq, epoch, lines: desk_screen.show(f, h, at, seq, epoch, desk, lines)
    live, path = f"/live/sites/{site}/desks/{desk}", f"/sites/{site}/desks/{desk}"
    more = {"said": said, "status": status, "path": path, "caller": caller, "lock_minutes": LOCK_MINUTES}
    return await live_page(request, site, "desk", show, live, **more)


@router.post("/desks/{desk}/{what}")
async def desk_act(request: Request, site: str, desk: str, what: str, caller: Clerk) -> Response:
    """What a clerk does."""
    form = await read_form(request)
    do = desk_acts(desk, form).get(what)
    if do is None:
        raise Problem(404, "not_found")
    again = lambda said: desk_page(request, site, desk, caller, said, 409)
    found = await act(request, site, caller.actor, form, lambda w: nothing(do(w)), again)
    return done(request, f"/sites/{site}/desks/{desk}") if isinstance(found, Answer) else found


def desk_acts(desk: str, form: Form) -> dict[str, Do]:
    """The acts of a desk, by their address."""
    visit = form.text("visit")
    outcomes = {k.removeprefix("outcome-"): v[0] for k, v in form.fields.items() if k.startswith("outcome-") and v[0]}
    hand_over = {"yes": True, "no": False}.get(form.text("hand_over") or "")
    minutes = form.number("minutes", 0, 600, 0)
    note = clean((form.fields.get("note") or ("",))[0], 500) or None
    seen, missing = form.marked("paper-", "seen"), form.marked("paper-", "missing")
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
        "sends": lambda w: sending.send_on(w, desk, form.text("to_service") or "", note),
        "papers": lambda w: reception.check_papers(w, _in_hand(w, desk, visit).id, seen, missing),
        "finishes": lambda w: serving.finish(w, desk, form.text("outcome"), outcomes, form.many("add"), hand_over),
    }


def _in_hand(work: Work, desk: str, visit: str | None) -> Visit:
    """The party whose papers were looked at, if this desk has it in hand still."""
    found = work.floor.in_hand(desk)
    if found is None or found[0].id != visit:
        raise Refused(Refusal.NOTHING_IN_HAND)
    return found[0]
