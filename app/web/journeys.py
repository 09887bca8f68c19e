"""A journey as an answer and in words: what a floorwalker says aloud, in the reader's language."""

import logging
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request

from app.actions import planning
from app.actions.planning import Looked
from app.domain.errors import Refused
from app.domain.house import House, words
from app.domain.ids import iso, iso_or_none
from app.domain.journey import Choice, Journey, NotToday, Span, answer, ask, told
from app.live.foresight import ForesightFailed
from app.web.answers import store_of
from app.web.render import to_five
from app.web.wording import translate

log = logging.getLogger(__name__)

WORDS = {
    "papers_missing": "{service} must wait: {papers} is missing.",
    "awaited": "{service} waits until this is here: {papers}.",
    "no_desk": "{service} cannot be done: no desk serves it any more today.",
    "closes": "{service} cannot be reached: earliest start {earliest}, {minutes} minutes long, but desks close {closes}.",
    "late": "{service} cannot be reached: it is begun until {closes}, earliest start {earliest}.",
    "leaves": "{service} does not fit: the party leaves {leaves}.",
    "needs": "{service} cannot be done: {needs} must come first.",
    "line_too_long": "{service} will hardly be reached: too many are waiting.",
    "paused": "{service} cannot be reached: it is out of order, and desks close {closes}.",
}
"""Why something cannot be done today; the times are the house's own."""


def why_not(missed: NotToday, house: House, language: str) -> str:
    """Why not today, in a sentence with its figures."""
    zone = ZoneInfo(house.timezone)

    def clock(at: datetime | None) -> str:
        return f"{at.astimezone(zone):%H:%M}" if at else "–"

    return translate(WORDS[missed.code], language).format(
        service=words(house.services[missed.service].short, language),
        papers=", ".join(words(house.papers[p].label, language) for p in missed.papers),
        needs=words(house.services[missed.needs].short, language) if missed.needs else "–",
        closes=clock(missed.closes),
        earliest=clock(missed.earliest and to_five(missed.earliest, "up")),
        minutes=round(missed.minutes or 0),
        leaves=clock(missed.leaves),
    )


def journey_json(journey: Journey, house: House, language: str) -> dict[str, Any]:
    """The journey as an answer."""
    steps = [
        {"stop": s.stop, "service": s.service, "desk": s.desk, "window": _window(s.window), "tentative": s.tentative}
        for s in journey.steps
    ]
    without = [
        {"kind": "without", "without": a.without, "rest": list(a.rest), "finish": iso(a.finish)}
        for a in journey.alternatives
    ]
    return {
        "feasible": journey.feasible,
        "stops": steps,
        "finish": _window(journey.finish) if journey.finish else None,
        "not_today": [_missed(n, house, language) for n in journey.not_today],
        "alternatives": without + [_choice(c) for c in journey.choices],
    }


def _missed(missed: NotToday, house: House, language: str) -> dict[str, Any]:
    return {
        "service": missed.service,
        "code": missed.code,
        "detail": why_not(missed, house, language),
        "closes": iso_or_none(missed.closes),
        "earliest": iso_or_none(missed.earliest),
        "papers": list(missed.papers),
        "needs": missed.needs,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    """Only what this kind of choice says."""
    said = {
        "finish": iso_or_none(choice.finish),
        "papers": list(choice.papers),
        "members": list(choice.members),
        "day": choice.day.isoformat() if choice.day else None,
    }
    return {"kind": choice.kind, "services": list(choice.services)} | {k: v for k, v in said.items() if v}


def _window(span: Span) -> dict[str, str]:
    start, end, _ = span
    return {"from": iso(start), "to": iso(end)}


async def look(
    request: Request, site: str, visit: str, services: tuple[str, ...] | None, leave_by: datetime | None
) -> Looked | None:
    """Find a journey without the site's lock, computed where no call waits for it; None where the rules refuse to plan."""
    store = store_of(request)
    known, foresight = await store.known(site), request.app.state.foresight
    sketch = store.sketch(known)
    try:
        party, anew = planning.choose(sketch, visit, services, leave_by)
    except Refused:
        return None
    question = ask(sketch.floor, sketch.house, sketch.at, party, anew)
    try:
        found = await foresight.ask(answer, question)
    except ForesightFailed as failed:
        log.warning("a journey is computed under the lock: %s", failed)
        return None
    return Looked(planning.plan_key(party), told(sketch.floor, sketch.house, sketch.at, party, found))
