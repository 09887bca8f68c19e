"""Pages of the programme: one for everybody, that a wall or another site may show within a page of its own; one for staff."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.actions import programme as acts
from app.domain.delimited import ListRefused
from app.domain.directory import offered
from app.domain.errors import Refusal, Refused
from app.domain.programme import EVERY, Occasion, coming
from app.domain.roll import SignUp
from app.domain.season import SeasonList, read_season
from app.screens.programme import EventShape, event_shape
from app.screens.shapes import Shape
from app.store import programme as rows
from app.store.idempotency import Answer
from app.store.versions import Version
from app.store.work import Work
from app.web.access import Caller, Floorwalker, Manager
from app.web.answers import store_of
from app.web.directory import told, words_from
from app.web.errors import Problem
from app.web.forms import Form, act, read_as, read_form
from app.web.guard import policy_of
from app.web.list_words import said_in
from app.web.programme import EventBody, EventPatch, occasions_of, patched, season
from app.web.render import page
from app.web.wording import language_of

router = APIRouter(prefix="/sites/{site}/programme", include_in_schema=False)


@router.get("")
async def programme_page(request: Request, site: str, audience: str = "", embed: bool = False) -> Response:
    """What is coming, by month; for one audience, or for all."""
    store = store_of(request)
    known = await store.known(site)
    found, zone = await season(request, known), ZoneInfo(known.house.timezone)
    wanted = [o for o in coming(found.occasions, zone, store.clock()) if not audience or _for(o, audience)]
    months: dict[str, list[EventShape]] = {}
    for occasion in wanted:
        shape = event_shape(occasion, zone, found.counts[occasion.code])
        months.setdefault(occasion.day.replace(day=1).isoformat(), []).append(shape)
    audiences = {c for o in found.occasions.values() for c in o.audience}
    shown: dict[str, Any] = {"months": months, "audience": audience, "embed": embed, "hosts": found.entries}
    shown |= {"audiences": [code for code in known.house.pathways if code in audiences]}
    kept = request.app.state.kept_parts.of((site, "programme", language_of(request), audience, embed))
    return _framed(
        request, page(request, "programme/page.html", known.house, kept=kept, screen=Coming(months=months), **shown)
    )


class Coming(Shape):
    """The events to come, by the first day of their month."""

    months: dict[str, list[EventShape]]


def _for(occasion: Occasion, audience: str) -> bool:
    return not occasion.audience or audience in occasion.audience


def _framed(request: Request, response: Response) -> Response:
    """This page, and no other of ours, may stand within another site's page: it knows nobody and takes no act."""
    response.headers["Content-Security-Policy"] = policy_of(request.scope.get("nonce", ""), framed_by="*")
    return response


@router.get("/staff")
async def staff_page(request: Request, site: str, caller: Floorwalker) -> Response:
    """The season, with how full it is; managers change it here."""
    return await _staff_page(request, site, caller)


async def _staff_page(
    request: Request,
    site: str,
    caller: Caller,
    said: str | None = None,
    taken: Mapping[str, Any] | None = None,
    pasted: str = "",
) -> Response:
    store = store_of(request)
    known = await store.known(site)
    found, zone = await season(request, known), ZoneInfo(known.house.timezone)
    every = [event_shape(o, zone, found.counts[o.code]) for o in found.occasions.values()]
    at = store.clock()
    shown: dict[str, Any] = {
        "coming": [e for e in every if e.ends_at > at],
        "past": [e for e in reversed(every) if e.ends_at <= at],
        "may_change": caller.role in ("manager", "admin"),
        "caller": caller,
        "taken": taken,
        "pasted": pasted,
        "said": said,
        "path": f"/sites/{site}/programme/staff",
    }
    return page(request, "programme/staff.html", known.house, 409 if said else 200, **shown)


@router.get("/staff/new")
async def new_page(request: Request, site: str, caller: Manager) -> Response:
    """An empty event, or a series."""
    return await _event_form(request, site, caller, "")


@router.get("/staff/{event}")
async def change_page(request: Request, site: str, event: str, caller: Manager) -> Response:
    """One event to change, with its roll and its history."""
    return await _event_form(request, site, caller, event)


async def _event_form(request: Request, site: str, caller: Caller, code: str, said: str | None = None) -> Response:
    store = store_of(request)
    known = await store.known(site)
    found = await season(request, known)
    occasion = found.occasions.get(code)
    if code and occasion is None:
        raise Refused(Refusal.UNKNOWN_EVENT, event=code)
    zone, event = ZoneInfo(known.house.timezone), None
    roll: tuple[SignUp, ...] = ()
    history: list[Version] = []
    if occasion is not None:
        event = event_shape(occasion, zone, found.counts[code])
        kept = occasion
        roll, history = await store.read(lambda db: (rows.roll(db, site, kept).sign_ups, rows.history(db, site, code)))
    path = f"/sites/{site}/programme/staff/{code or 'new'}"
    shown = {"event": event, "roll": roll, "history": told(history), "hosts": offered(found.entries), "every": EVERY}
    return page(
        request, "programme/event.html", known.house, 409 if said else 200, **shown, path=path, said=said, caller=caller
    )


@router.post("/staff/imports")
async def import_page(request: Request, site: str, caller: Manager) -> Response:
    """A season from a spreadsheet, pasted as it is."""
    form, language = await read_form(request), language_of(request)
    known = await store_of(request).known(site)
    pasted = (form.fields.get("list") or ("",))[0]
    again = partial(_staff_page, request, site, caller, pasted=pasted)
    try:
        listed = read_season(pasted.encode(), known.house)
    except ListRefused as refused:
        return await again(said_in(refused.detail, language))
    found = await act(request, site, caller.actor, form, lambda w: _taken(w, listed), again)
    if not isinstance(found, Answer):
        return found
    rejected = [(r.line, said_in(r.detail, language), said_in(r.remedy, language)) for r in listed.rejected]
    taken = {**found.body, "rejected": rejected}
    return await _staff_page(request, site, caller, None, taken, pasted if rejected else "")


def _taken(work: Work, listed: SeasonList) -> dict[str, int]:
    done = acts.take_season(work, listed.occasions)
    return {"imported": done.imported, "updated": done.updated, "cancelled": done.cancelled}


@router.post("/staff/{event}")
async def save_event(request: Request, site: str, event: str, caller: Manager) -> Response:
    """What a manager wrote."""
    form, code = await read_form(request), "" if event == "new" else event
    change, new = _change(form) if code else None, () if code else _new(form)

    def do(work: Work) -> dict[str, Any]:
        if change is not None:
            return {"code": acts.change(work, change(acts.known_occasion(work, code))).code}
        return {"code": acts.enter(work, new)[0].code}

    found = await act(request, site, caller.actor, form, do, partial(_event_form, request, site, caller, code))
    return RedirectResponse(f"/sites/{site}/programme/staff", 303) if isinstance(found, Answer) else found


@router.post("/staff/{event}/{what}")
async def event_act(request: Request, site: str, event: str, what: str, caller: Floorwalker) -> Response:
    """Call it off, count who came, give a place back."""
    form = await read_form(request)
    came, sign_up = form.number("came", 0, 100_000, 0), form.text("sign_up") or ""
    does: dict[str, Callable[[Work], object]] = {
        "cancellations": lambda w: acts.cancel(w, event),
        "counts": lambda w: acts.count(w, event, came),
        "leavings": lambda w: acts.leave(w, event, sign_up),
    }
    if what not in does or (what == "cancellations" and caller.role not in ("manager", "admin")):
        raise Problem(404, "not_found")
    again = partial(_staff_page, request, site, caller)
    found = await act(request, site, caller.actor, form, lambda w: {"done": does[what](w) is not None}, again)
    return RedirectResponse(f"/sites/{site}/programme/staff", 303) if isinstance(found, Answer) else found


def _new(form: Form) -> tuple[Occasion, ...]:
    times = form.number("times", 1, 60, 1)
    repeat = {"every": form.text("every") or "month", "times": times} if times > 1 else None
    return occasions_of(read_as(EventBody, _fields(form) | {"code": form.text("code", 40) or "", "repeat": repeat}))


def _change(form: Form) -> Any:
    return patched(read_as(EventPatch, _fields(form) | {"cancelled": form.text("cancelled") == "on"}))


def _fields(form: Form) -> dict[str, Any]:
    """The fields of the page as the API takes them."""
    return {
        "title": words_from(form, "title"),
        "text": words_from(form, "text"),
        "day": form.day("day"),
        "starts": form.text("starts"),
        "ends": form.text("ends"),
        "place": form.text("place", 200),
        "host": form.text("host"),
        "audience": list(form.many("audience")),
        "children": form.text("children") == "on",
        "languages": list(form.many("language")),
        "sign_up": form.text("sign_up") == "on",
        "capacity": form.number("capacity", 0, 100_000, 0) or None,
        "remind_hours": form.number("remind_hours", 1, 336, 24),
    }


@router.get("/{event}")
async def event_page(request: Request, site: str, event: str) -> Response:
    """One event for everybody: when, where, for whom, how to sign up."""
    store = store_of(request)
    known = await store.known(site)
    found = await season(request, known)
    occasion = found.occasions.get(event)
    if occasion is None:
        raise Refused(Refusal.UNKNOWN_EVENT, event=event)
    shape = event_shape(occasion, ZoneInfo(known.house.timezone), found.counts[event])
    host = found.entries.get(occasion.host or "")
    return page(request, "programme/one.html", known.house, event=shape, host=host, over=shape.ends_at <= store.clock())
