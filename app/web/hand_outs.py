"""The hand-out: what a citizen keeps after the visit, behind a link of its own; and signing up from the phone.

Here consent is asked and taken back, in the citizen's language, with what would be passed on shown first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from app.actions import programme as places
from app.actions import referring
from app.actions.hand_outs import CHOICES, keep_for
from app.domain.directory import Entry
from app.domain.programme import Occasion, coming
from app.domain.referral import Consent
from app.domain.visit import Visit
from app.screens.onward import HandOutScreen, back_shape, referral_shape, sign_up_shape
from app.screens.programme import event_shape
from app.store import directory, floors, programme
from app.store import referrals as rows
from app.store.idempotency import Answer
from app.store.referrals import HandOut
from app.store.store import Known
from app.store.work import Work
from app.web.answers import perform, store_of
from app.web.bodies import Body
from app.web.errors import Problem
from app.web.forms import Form, act, read_form
from app.web.referrals import Line, of_visit, said_words, settle, way, way_token
from app.web.render import page
from app.web.tickets import DayOver, opened
from app.web.wording import LANGUAGES

router = APIRouter(tags=["tickets"])


class ConsentBody(Body):
    """Yes or no; with yes, what the receiver may know beside language and how many."""

    agree: bool
    contact: Line = ""
    note: Line = ""


@router.post("/api/v1/tickets/{token}/referrals/{referral}/consents")
async def answer_from_phone(request: Request, token: str, referral: str, body: ConsentBody) -> JSONResponse:
    """What I say to something about me being passed on."""
    found, words = await opened(request, token), said_words(body.contact, body.note)
    do = lambda w: _answered(w, found.visit, referral, body.agree, words)
    return await perform(request, found.site, "citizen", do)


@router.delete("/api/v1/tickets/{token}/referrals/{referral}/consents")
async def withdraw_from_phone(request: Request, token: str, referral: str) -> JSONResponse:
    """I take it back: everything about it is deleted."""
    found = await opened(request, token)
    do = lambda w: {"consent": referring.withdraw(w, of_visit(w, referral, found.visit).id).consent.value}
    answer = await perform(request, found.site, "citizen", do)
    await settle(request)
    return answer


def _answered(work: Work, visit: str, referral: str, agree: bool, words: dict[str, str]) -> dict[str, Any]:
    standing = of_visit(work, referral, visit)
    said = referring.say(work, standing.id, Consent.GIVEN if agree else Consent.REFUSED, words if agree else None)
    return {"id": said.id, "consent": said.consent.value}


@router.get("/t/{token}/next", include_in_schema=False)
async def from_ticket(request: Request, token: str) -> Response:
    """From the ticket to what one keeps of it."""
    try:
        found = await opened(request, token)
    except DayOver as over:
        found = over.found
    return to_hand_out(request, found.site, found.visit)


def to_hand_out(request: Request, site: str, visit: str) -> Response:
    """Where what one keeps of a visit is."""
    return RedirectResponse(f"/h/{way_token(store_of(request), site, 'hand_out', visit)}", 303)


@dataclass(frozen=True, slots=True)
class Opened:
    """A hand-out that was opened."""

    known: Known
    hand_out: HandOut
    language: str


async def _opened(request: Request, token: str) -> Opened:
    found = await way(request, "hand_out", token)
    store = store_of(request)
    known = await store.known(found.site)
    hand_out = await store.read(lambda db: rows.hand_out(db, found.site, found.leads_to))
    if hand_out is None:
        raise Problem(404, "unknown_way")
    chosen = request.query_params.get("lang") or request.cookies.get("lang") or hand_out.language
    return Opened(known, hand_out, chosen if chosen in known.house.languages and chosen in LANGUAGES else "en")


@router.get("/h/{token}", include_in_schema=False)
async def hand_out_page(request: Request, token: str) -> Response:
    """Where to go on, what I signed up for, when to come back, and what I have agreed to."""
    return await _page(request, token)


async def _page(request: Request, token: str, said: str | None = None) -> Response:
    found = await _opened(request, token)
    screen = await _screen(request, found)
    path = f"/h/{token}"
    shown = {"screen": screen, "path": path, "choices": CHOICES, "said": said, "language": found.language}
    return page(request, "handout/page.html", found.known.house, 409 if said else 200, **shown)


async def _screen(request: Request, found: Opened) -> HandOutScreen:
    house, visit, zone = found.known.house, found.hand_out.visit, ZoneInfo(found.known.house.timezone)
    today = store_of(request).today(house)

    def look(db: Any) -> HandOutScreen:
        occasions = programme.programme(db, house)
        targets: dict[str, Entry | Occasion] = {**directory.directory(db, house), **occasions}
        floor = floors.read_floor(db, house.site, found.hand_out.day)
        party: Visit | None = floor.visits.get(visit)
        back = party.comes_back if party else None
        expected = floors.read_floor(db, house.site, back).bookings.get(f"back-{visit}") if back else None
        signed = programme.of_visit(db, house.site, visit)
        return HandOutScreen(
            number=party.number if party else None,
            day=found.hand_out.day.isoformat(),
            until=found.hand_out.until,
            referrals=[referral_shape(r, targets, zone) for r in rows.of_visit(db, house.site, visit)],
            sign_ups=[sign_up_shape(s, occasions[c], zone) for c, s in signed.items() if c in occasions],
            back=back_shape(party, expected, house, today) if party and expected else None,
        )

    return await store_of(request).read(look)


@router.get("/h/{token}/programme", include_in_schema=False)
async def choose_page(request: Request, token: str) -> Response:
    """What is coming, to sign up for with a tap."""
    return await _choose(request, token)


@router.get("/t/{token}/programme", include_in_schema=False)
async def choose_from_ticket(request: Request, token: str) -> Response:
    """The same from the ticket; the first sign-up makes the hand-out."""
    return await _choose_ticket(request, token)


async def _choose(request: Request, token: str, said: str | None = None) -> Response:
    found = await _opened(request, token)
    return await _chosen(request, found.known, found.hand_out.visit, f"/h/{token}", found.language, said)


async def _choose_ticket(request: Request, token: str, said: str | None = None) -> Response:
    found = await opened(request, token)
    known = await store_of(request).known(found.site)
    own = known.picture.floor.visits[found.visit].language
    language = request.query_params.get("lang") or request.cookies.get("lang") or own
    language = language if language in LANGUAGES else "en"
    return await _chosen(request, known, found.visit, f"/t/{token}", language, said)


async def _chosen(request: Request, known: Known, visit: str, back: str, language: str, said: str | None) -> Response:
    house, at, zone = known.house, store_of(request).clock(), ZoneInfo(known.house.timezone)

    def look(db: Any) -> tuple[list[Any], dict[str, Any]]:
        occasions = [o for o in coming(programme.programme(db, house), zone, at) if not o.cancelled]
        counted = programme.counts(db, house.site, [o.code for o in occasions])
        return [event_shape(o, zone, counted[o.code]) for o in occasions], programme.of_visit(db, house.site, visit)

    events, signed = await store_of(request).read(look)
    events = [e for e in events if e.starts_at > at]
    shown = {"events": events, "signed": signed, "back": back, "path": f"{back}/programme", "said": said}
    return page(request, "handout/programme.html", house, 409 if said else 200, language=language, **shown)


@router.post("/t/{token}/programme/{what}", include_in_schema=False)
async def choose_act_from_ticket(request: Request, token: str, what: str) -> Response:
    """Sign up, or give the place back."""
    found, form = await opened(request, token), await read_form(request)
    do = _places(found.visit, form).get(what)
    again = partial(_choose_ticket, request, token)
    return await _act(request, found.site, form, do, again, f"/t/{token}/programme")


@router.post("/h/{token}/programme/{what}", include_in_schema=False)
async def choose_act(request: Request, token: str, what: str) -> Response:
    """The same from the hand-out."""
    found, form = await _opened(request, token), await read_form(request)
    do = _places(found.hand_out.visit, form).get(what)
    again = partial(_choose, request, token)
    return await _act(request, found.known.house.site, form, do, again, f"/h/{token}/programme")


@router.post("/h/{token}/{what}", include_in_schema=False)
async def hand_out_act(request: Request, token: str, what: str) -> Response:
    """What the citizen does with what they keep."""
    found, form = await _opened(request, token), await read_form(request)
    site, visit = found.known.house.site, found.hand_out.visit
    do = _acts(visit, form).get(what)
    answer = await _act(request, site, form, do, partial(_page, request, token), f"/h/{token}")
    if what == "erasures" and answer.status_code == 303:
        return page(request, "handout/gone.html", found.known.house, language=found.language)
    return answer


Do = Callable[[Work], object]


async def _act(request: Request, site: str, form: Form, do: Do | None, again: Any, where: str) -> Response:
    if do is None:
        raise Problem(404, "not_found")
    doing = do
    found = await act(request, site, "citizen", form, lambda w: {"done": doing(w) is not None}, again)
    if not isinstance(found, Answer):
        return found
    await settle(request)
    return RedirectResponse(where, 303)


def _places(visit: str, form: Form) -> dict[str, Do]:
    """Signing up and giving back."""
    event, sign_up = form.text("event") or "", form.text("sign_up") or ""
    persons = form.number("persons", 1, 20, 1)
    remind = form.text("remind") == "on"
    return {
        "sign-ups": lambda w: places.sign_up(w, event, visit, persons, remind),
        "leavings": lambda w: places.leave(w, event, sign_up, visit),
    }


def _acts(visit: str, form: Form) -> dict[str, Do]:
    """The acts of the hand-out, by their address."""
    referral = form.text("referral") or ""
    words = said_words(form.text("contact", 120) or "", form.text("note", 300) or "")
    agree = form.text("agree") == "yes"
    return _places(visit, form) | {
        "consents": lambda w: _answered(w, visit, referral, agree, words),
        "withdrawals": lambda w: referring.withdraw(w, of_visit(w, referral, visit).id),
        "ends": lambda w: keep_for(w, visit, form.number("days", 1, 400, 90)),
        "erasures": lambda w: referring.erase(w, visit),
    }
