"""Companies: staff reserve times for an employer's newcomers; behind the company's link each of them checks in. No names."""

from collections.abc import Mapping
from datetime import time
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import Field, StringConstraints

from app.actions import companies
from app.domain.grouped import MOST_PERSONS, Group, Wanted, slots_of
from app.domain.ids import iso
from app.domain.pathway import papers_for
from app.store import floors, groups
from app.store.idempotency import Answer
from app.store.store import Known
from app.store.work import Work
from app.web.access import Caller, Floorwalker
from app.web.answers import clean, perform, store_of
from app.web.bodies import Body, Code, Day
from app.web.errors import Problem
from app.web.forms import Form, act, read_form
from app.web.programme import wall
from app.web.referrals import way, way_token
from app.web.render import page
from app.web.wording import LANGUAGES, language_of

router = APIRouter(tags=["companies"])
SITE = "/api/v1/sites/{site}/groups"
PAGE = "/sites/{site}/companies"


class WantedBody(Body):
    """How many newcomers take a pathway."""

    pathway: Code
    persons: Annotated[int, Field(ge=1, le=MOST_PERSONS)]


class GroupBody(Body):
    """An employer's request: a company's name, never a person's."""

    company: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    day: Day
    starts: time
    every: Annotated[int, Field(ge=5, le=120)] = 20
    at_once: Annotated[int, Field(ge=1, le=20)] = 2
    wanted: Annotated[list[WantedBody], Field(min_length=1, max_length=10)]


def group_of(body: GroupBody) -> Group:
    """A request as the rules know it."""
    wanted = tuple(Wanted(w.pathway, w.persons) for w in body.wanted)
    return Group("", clean(body.company, 120), body.day, wall(body.starts), body.every, body.at_once, wanted)


@router.post(SITE, status_code=201)
async def create_group(request: Request, site: str, body: GroupBody, caller: Floorwalker) -> JSONResponse:
    """Reserve a time for each newcomer. The answer holds the company's link, which is never kept."""
    asked = group_of(body)
    tell = lambda kept: {**kept, "link": group_link(request, site, kept["id"])}
    return await perform(request, site, caller.actor, lambda w: shaped(w, companies.reserve(w, asked)), 201, tell)


def group_link(request: Request, site: str, group: str) -> str:
    """The company's link."""
    return f"{request.app.state.settings.base_url}/g/{way_token(store_of(request), site, 'group', group)}"


def shaped(work: Work, group: Group) -> dict[str, Any]:
    """A group in an answer."""
    slots = [{"ref": s.ref, "pathway": s.pathway, "at": iso(s.starts_at)} for s in slots_of(group, work.house)]
    facts = {"id": group.id, "company": group.label, "day": group.day.isoformat(), "persons": group.persons}
    return facts | {"cancelled": group.cancelled, "slots": slots}


@router.delete(SITE + "/{group}")
async def delete_group(request: Request, site: str, group: str, caller: Floorwalker) -> JSONResponse:
    """Call a group off: the times that nobody has come for are given back."""
    return await perform(request, site, caller.actor, lambda w: shaped(w, companies.call_off(w, group)))


@router.get(PAGE, include_in_schema=False)
async def companies_page(request: Request, site: str, caller: Floorwalker) -> Response:
    """The groups there are, and a new one."""
    return await _page(request, site, caller)


async def _page(request: Request, site: str, caller: Caller, said: str | None = None) -> Response:
    store = store_of(request)
    known = await store.known(site)
    found = await store.read(lambda db: groups.find_all(db, site))
    today = known.picture.floor.day
    links = {g.id: group_link(request, site, g.id) for g in found if not g.cancelled and g.day >= today}
    shown: dict[str, Any] = {
        "groups": found,
        "links": links,
        "today": today,
        "said": said,
        "path": f"/sites/{site}/companies",
    }
    shown["caller"] = caller
    shown["pathways"] = {code: p for code, p in known.house.pathways.items() if p.stops}
    return page(request, "companies/page.html", known.house, 409 if said else 200, **shown)


@router.post(PAGE, include_in_schema=False)
async def reserve(request: Request, site: str, caller: Floorwalker) -> Response:
    """What an employer asked for, as staff wrote it down."""
    form = await read_form(request)
    asked = _asked(form)
    again = partial(_page, request, site, caller)
    found = await act(request, site, caller.actor, form, lambda w: {"id": companies.reserve(w, asked).id}, again)
    return RedirectResponse(f"/sites/{site}/companies", 303) if isinstance(found, Answer) else found


def _asked(form: Form) -> Group:
    wanted = [
        Wanted(name.removeprefix("persons-"), form.number(name, 0, MOST_PERSONS, 0))
        for name in form.fields
        if name.startswith("persons-")
    ]
    day = form.day("day")
    try:
        starts = time.fromisoformat(form.text("starts") or "")
    except ValueError:
        raise Problem(422, "bad_request") from None
    every, at_once = form.number("every", 5, 120, 20), form.number("at_once", 1, 20, 2)
    label = form.text("company", 120)
    if label is None or day is None:
        raise Problem(422, "bad_request")
    return Group("", label, day, wall(starts), every, at_once, tuple(w for w in wanted if w.persons))


@router.post(PAGE + "/{group}/cancellations", include_in_schema=False)
async def call_off(request: Request, site: str, group: str, caller: Floorwalker) -> Response:
    """The company does not come."""
    form = await read_form(request)
    again = partial(_page, request, site, caller)
    found = await act(request, site, caller.actor, form, lambda w: {"id": companies.call_off(w, group).id}, again)
    return RedirectResponse(f"/sites/{site}/companies", 303) if isinstance(found, Answer) else found


@router.get("/g/{token}", include_in_schema=False)
async def group_page(request: Request, token: str) -> Response:
    """Behind the company's link: the times, what to bring, who has checked in by number."""
    return await _group(request, token)


async def _group(request: Request, token: str, said: str | None = None) -> Response:
    found = await way(request, "group", token)
    store = store_of(request)
    known = await store.known(found.site)
    group = await store.read(lambda db: groups.find(db, found.site, found.leads_to))
    if group is None or group.cancelled:
        raise Problem(404, "unknown_way")
    slots, papers = await _slots(request, known, group), _papers(known, group)
    today = group.day == known.picture.floor.day
    shown = {"group": group, "slots": slots, "papers": papers, "today": today, "path": f"/g/{token}", "said": said}
    return page(request, "companies/group.html", known.house, 409 if said else 200, **shown)


async def _slots(request: Request, known: Known, group: Group) -> list[Mapping[str, Any]]:
    """Each time with the number of who took it, once they have."""
    site, floor = known.house.site, known.picture.floor
    if group.day != floor.day:
        floor = await store_of(request).read(lambda db: floors.read_floor(db, site, group.day))
    found: list[Mapping[str, Any]] = []
    for slot in slots_of(group, known.house):
        booking = floor.bookings.get(slot.ref)
        visit = floor.visits.get(booking.visit) if booking and booking.visit else None
        facts = {"ref": slot.ref, "at": slot.starts_at, "pathway": known.house.pathways[slot.pathway].label}
        found.append(facts | {"number": visit.number if visit else None, "active": bool(visit and visit.active)})
    return found


def _papers(known: Known, group: Group) -> list[tuple[Mapping[str, str], list[Mapping[str, str]]]]:
    """What to bring, for each pathway of the group: what blocks."""
    house, found = known.house, []
    for wanted in group.wanted:
        path = house.pathways[wanted.pathway]
        needs = {n.paper for code in path.stops for n in papers_for(house, path.code, code) if n.hard}
        found.append((path.label, [p.label for code, p in house.papers.items() if code in needs]))
    return found


@router.post("/g/{token}/arrivals", include_in_schema=False)
async def arrive(request: Request, token: str) -> Response:
    """One newcomer has come: a number, and their own ticket."""
    found, form = await way(request, "group", token), await read_form(request)
    ref = form.text("ref") or ""
    language = form.text("language") or language_of(request)
    language = language if language in LANGUAGES else "en"

    def do(work: Work) -> dict[str, Any]:
        visit = companies.check_in(work, found.leads_to, ref, language)
        work.give_link(visit)
        return {"visit": visit.id}

    answer = await act(request, found.site, "company", form, do, partial(_group, request, token))
    if not isinstance(answer, Answer):
        return answer
    known = await store_of(request).known(found.site)
    visit = known.picture.floor.visits[answer.body["visit"]]
    return RedirectResponse(f"/t/{store_of(request).token(found.site, visit)}", 303)
