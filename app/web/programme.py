"""The programme: public to read, in every shape that a wall, a web page or a calendar can take; staff change it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field, StringConstraints

from app.actions import programme as acts
from app.domain.delimited import ListRefused
from app.domain.directory import Entry, offered
from app.domain.errors import Refusal, Refused
from app.domain.programme import MOST_IN_SERIES, Occasion, Repeat, coming, series_of
from app.domain.roll import IN, WAITING, SignUp
from app.domain.season import read_season
from app.screens.programme import EventShape, ProgrammeScreen, event_shape, show
from app.store import directory, versions
from app.store import programme as rows
from app.store.store import Known
from app.store.work import Work
from app.web.access import Floorwalker, Manager
from app.web.answers import clean, perform, store_of
from app.web.bodies import Body, Code, Day, Language
from app.web.calendar import KIND
from app.web.errors import as_response, problem
from app.web.feeds import RSS, calendar_of, rss_of
from app.web.tickets import opened
from app.web.wording import language_of

router = APIRouter(tags=["programme"])
SITE = "/api/v1/sites/{site}/programme"
PAGE = "/sites/{site}/programme"

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
Words = Annotated[dict[Language, Annotated[str, StringConstraints(max_length=600)]], Field(max_length=12)]
Persons = Annotated[int, Field(ge=1, le=20)]


class RepeatBody(Body):
    """How often an event comes again."""

    every: Literal["week", "fortnight", "month"]
    times: Annotated[int, Field(ge=1, le=MOST_IN_SERIES)]
    skip: Annotated[list[date], Field(max_length=MOST_IN_SERIES)] = []


class EventBody(Body):
    """A new event, or a series of them. Times are the wall clock of the house."""

    code: Slug
    title: Words
    text: Words = {}
    day: Day
    starts: time
    ends: time
    place: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    host: Code | None = None
    audience: Annotated[list[Code], Field(max_length=40)] = []
    children: bool = False
    languages: Annotated[list[Language], Field(max_length=20)] = []
    sign_up: bool = True
    capacity: Annotated[int, Field(ge=1, le=100_000)] | None = None
    remind_hours: Annotated[int, Field(ge=1, le=336)] = 24
    repeat: RepeatBody | None = None


class EventPatch(Body):
    """What of an event becomes another; what is left out stays."""

    title: Words | None = None
    text: Words | None = None
    day: Day | None = None
    starts: time | None = None
    ends: time | None = None
    place: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    host: Code | None = None
    audience: Annotated[list[Code], Field(max_length=40)] | None = None
    children: bool | None = None
    languages: Annotated[list[Language], Field(max_length=20)] | None = None
    sign_up: bool | None = None
    capacity: Annotated[int, Field(ge=1, le=100_000)] | None = None
    remind_hours: Annotated[int, Field(ge=1, le=336)] | None = None
    cancelled: bool | None = None
    came: Annotated[int, Field(ge=0, le=100_000)] | None = None


class SignUpBody(Body):
    """A party of today wants to come."""

    visit: Code
    persons: Persons = 1
    remind: bool = False


class OwnSignUpBody(Body):
    """The same from the phone: the ticket says who."""

    event: Code
    persons: Persons = 1
    remind: bool = False


@dataclass(frozen=True, slots=True)
class Season:
    """A programme with how full its events are, and the directory beside it."""

    occasions: Mapping[str, Occasion]
    counts: Mapping[str, Mapping[str, int]]
    entries: Mapping[str, Entry]
    numbers: Mapping[str, int]  # versions


async def season(request: Request, known: Known) -> Season:
    """Everything that pages and feeds of the programme show, read at one moment; again only when something has happened."""
    house, at = known.house, (known.picture.epoch, known.picture.seq)
    kept: dict[str, tuple[tuple[str, int], Season]] = request.app.state.seasons
    if house.site in kept and kept[house.site][0] == at:
        return kept[house.site][1]

    def look(db: Any) -> Season:
        found = rows.programme(db, house)
        counted = rows.counts(db, house.site, found)
        return Season(found, counted, directory.directory(db, house), versions.numbers(db, house.site, rows.KIND))

    found = await store_of(request).read(look)
    kept[house.site] = at, found
    return found


@router.get(SITE, response_model=ProgrammeScreen)
async def read_programme(request: Request, site: str, past: bool = False) -> ProgrammeScreen:
    """What is coming, and whom one can turn to; with `past` the whole season. Anybody may read it."""
    store = store_of(request)
    known = await store.known(site)
    found, at = await season(request, known), store.clock()
    wanted = tuple(found.occasions.values()) if past else coming(found.occasions, ZoneInfo(known.house.timezone), at)
    return show(known.house, at, wanted, found.counts, offered(found.entries))


@router.post(SITE, status_code=201)
async def create_event(request: Request, site: str, body: EventBody, caller: Manager) -> JSONResponse:
    """A new event; with `repeat`, a series of events that each go their own way."""
    new = occasions_of(body)
    return await perform(
        request, site, caller.actor, lambda w: {"events": [shaped(w, o) for o in acts.enter(w, new)]}, 201
    )


def occasions_of(body: EventBody) -> tuple[Occasion, ...]:
    """A request as the rules know it."""
    first = Occasion(
        code=body.code,
        title=worded(body.title),
        day=body.day,
        starts=wall(body.starts),
        ends=wall(body.ends),
        place=clean(body.place, 200),
        text=worded(body.text) if body.text else {},
        host=body.host,
        audience=frozenset(body.audience),
        children=body.children,
        languages=tuple(dict.fromkeys(body.languages)),
        sign_up=body.sign_up,
        capacity=body.capacity,
        remind_hours=body.remind_hours,
    )
    repeat = body.repeat
    return series_of(first, Repeat(repeat.every, repeat.times, frozenset(repeat.skip))) if repeat else (first,)


def worded(text: Mapping[str, str]) -> dict[str, str]:
    """Words in several languages, each as it may be kept; Danish and English stand in for each other."""
    found = {language: kept for language, value in text.items() if (kept := clean(value, 600))}
    if not found:
        raise Refused(Refusal.WORDS_MISSING)
    either = found.get("en") or found.get("da") or next(iter(found.values()))
    return {"da": either, "en": either} | found


def wall(at: time) -> time:
    """A time of the wall clock, to the minute; an offset means nothing here."""
    return at.replace(second=0, microsecond=0, tzinfo=None)


def shaped(work: Work, occasion: Occasion) -> dict[str, Any]:
    """An event in an answer."""
    roll = rows.roll_of(work, occasion)
    count = {IN: roll.taken, WAITING: sum(s.persons for s in roll.waiting)}
    return event_shape(occasion, ZoneInfo(work.house.timezone), count).model_dump(mode="json")


@router.post(SITE + "/imports")
async def import_season(request: Request, site: str, caller: Manager) -> JSONResponse:
    """A season as `text/csv`. Good rows are taken, each bad one is named with its line; again changes nothing."""
    raw = await request.body()
    known = await store_of(request).known(site)
    try:
        listed = read_season(raw, known.house)
    except ListRefused as refused:
        return as_response(problem(422, refused.code, refused.detail, language_of(request)))
    rejected = [{"line": r.line, "code": r.code, "detail": r.detail, "remedy": r.remedy} for r in listed.rejected]

    def act(work: Work) -> dict[str, Any]:
        done = acts.take_season(work, listed.occasions)
        return {"imported": done.imported, "updated": done.updated, "cancelled": done.cancelled, "rejected": rejected}

    return await perform(request, site, caller.actor, act)


@router.get(SITE + "/{event}", response_model=EventShape)
async def read_event(request: Request, site: str, event: str) -> EventShape:
    """One event. Anybody may read it."""
    known = await store_of(request).known(site)
    found = await season(request, known)
    if event not in found.occasions:
        raise Refused(Refusal.UNKNOWN_EVENT, event=event)
    return event_shape(found.occasions[event], ZoneInfo(known.house.timezone), found.counts[event])


@router.patch(SITE + "/{event}")
async def change_event(request: Request, site: str, event: str, body: EventPatch, caller: Manager) -> JSONResponse:
    """Another time, place or size; those who wait move up into new room."""
    change = patched(body)
    act = lambda w: shaped(w, acts.change(w, change(acts.known_occasion(w, event))))
    return await perform(request, site, caller.actor, act)


def patched(body: EventPatch) -> Callable[[Occasion], Occasion]:
    """What a change makes of an event."""
    said: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    for name, read in (
        ("title", worded),
        ("starts", wall),
        ("ends", wall),
        ("audience", frozenset),
        ("languages", tuple),
    ):
        if said.get(name) is not None:
            said[name] = read(said[name])
    if said.get("text") is not None:
        said["text"] = worded(said["text"]) if any(said["text"].values()) else {}
    if said.get("place"):
        said["place"] = clean(said["place"], 200)
    kept = {name: value for name, value in said.items() if value is not None or name in ("host", "capacity", "came")}
    return lambda occasion: replace(occasion, **kept)


@router.delete(SITE + "/{event}")
async def cancel_event(request: Request, site: str, event: str, caller: Manager) -> JSONResponse:
    """Call an event off. It stays in the programme, marked."""
    return await perform(request, site, caller.actor, lambda w: shaped(w, acts.cancel(w, event)))


@router.post(SITE + "/{event}/sign-ups", status_code=201)
async def create_sign_up(
    request: Request, site: str, event: str, body: SignUpBody, caller: Floorwalker
) -> JSONResponse:
    """A place, or one on the waiting list, for a party of today."""
    act = lambda w: told(acts.sign_up(w, event, body.visit, body.persons, body.remind), event)
    return await perform(request, site, caller.actor, act, 201)


def told(sign_up: SignUp, event: str) -> dict[str, Any]:
    """A sign-up in an answer."""
    return {
        "id": sign_up.id,
        "event": event,
        "state": sign_up.state,
        "persons": sign_up.persons,
        "place": sign_up.place,
    }


@router.delete(SITE + "/{event}/sign-ups/{sign_up}")
async def delete_sign_up(request: Request, site: str, event: str, sign_up: str, caller: Floorwalker) -> JSONResponse:
    """Give a place back; who waits first moves up."""
    return await perform(request, site, caller.actor, lambda w: told(acts.leave(w, event, sign_up), event))


@router.post("/api/v1/tickets/{token}/sign-ups", status_code=201)
async def sign_up_from_phone(request: Request, token: str, body: OwnSignUpBody) -> JSONResponse:
    """A place for me and mine."""
    found = await opened(request, token)
    act = lambda w: told(acts.sign_up(w, body.event, found.visit, body.persons, body.remind), body.event)
    return await perform(request, found.site, "citizen", act, 201)


@router.delete("/api/v1/tickets/{token}/sign-ups/{sign_up}")
async def leave_from_phone(request: Request, token: str, sign_up: str) -> JSONResponse:
    """I can't come after all."""
    found, code = await opened(request, token), sign_up.rpartition(".")[0]
    return await perform(
        request, found.site, "citizen", lambda w: told(acts.leave(w, code, sign_up, found.visit), code)
    )


@router.get(PAGE + ".ics", include_in_schema=False)
async def calendar_feed(request: Request, site: str) -> Response:
    """The whole programme as a calendar to subscribe to: what is over stays in it, what is cancelled is marked."""
    return await _calendar(request, site, None)


@router.get(PAGE + "/{event}.ics", include_in_schema=False)
async def calendar_file(request: Request, site: str, event: str) -> Response:
    """One event as a file."""
    return await _calendar(request, site, event)


async def _calendar(request: Request, site: str, event: str | None) -> Response:
    store = store_of(request)
    known = await store.known(site)
    found = await season(request, known)
    if event is not None and event not in found.occasions:
        raise Refused(Refusal.UNKNOWN_EVENT, event=event)
    wanted = [found.occasions[event]] if event else list(found.occasions.values())
    base, language = request.app.state.settings.base_url, language_of(request)
    versions, at = found.numbers, store.clock()
    body = await asyncio.to_thread(calendar_of, known.house, wanted, versions, at, base, language)
    name = f"{event or 'programme'}.ics"
    return Response(body, media_type=KIND, headers={"Content-Disposition": f"attachment; filename={name}"})


@router.get(PAGE + ".rss", include_in_schema=False)
async def rss_feed(request: Request, site: str) -> Response:
    """What is coming, for feed readers."""
    store = store_of(request)
    known = await store.known(site)
    found = await season(request, known)
    wanted = coming(found.occasions, ZoneInfo(known.house.timezone), store.clock())
    return Response(
        rss_of(known.house, wanted, request.app.state.settings.base_url, language_of(request)), media_type=RSS
    )


@router.get(PAGE + ".json", response_model=ProgrammeScreen, include_in_schema=False)
async def json_feed(request: Request, site: str) -> ProgrammeScreen:
    """The same as the API's, beside the page."""
    return await read_programme(request, site)
