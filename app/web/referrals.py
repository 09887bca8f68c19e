"""Referrals: suggest, point, ask, hear how it went. What staff and receivers do; the citizen's side is the hand-out."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import Field, StringConstraints

from app.actions import coming_back, referring
from app.actions import programme as places
from app.domain.directory import Entry, offered
from app.domain.errors import Refusal, Refused
from app.domain.programme import Occasion, coming
from app.domain.referral import OUTCOMES, Consent, Referral, suggest
from app.screens.onward import referral_shape, sign_up_shape, suggested, target_shape
from app.screens.shapes import VisitShape, visit_shape
from app.store import directory, programme, retention
from app.store import referrals as rows
from app.store.idempotency import Answer
from app.store.links import derived
from app.store.store import Known, Store
from app.store.work import Work
from app.web.access import Caller, Floorwalker, Staff
from app.web.answers import clean, perform, store_of
from app.web.bodies import Body, Code, Day
from app.web.errors import Problem
from app.web.forms import Form, act, read_form
from app.web.limits import slow_down
from app.web.render import page

router = APIRouter(tags=["referrals"])
VISIT = "/api/v1/sites/{site}/visits/{visit}"
PAGE = "/sites/{site}/floor/visits/{visit}/referrals"
MISSES_A_MINUTE = 20

Line = Annotated[str, StringConstraints(max_length=500)]


class ReferralBody(Body):
    """Where to. `consent` says that the citizen was asked and said yes; `ask` asks them on their phone."""

    to: Code
    consent: bool
    ask: bool = False
    note: Line = ""
    contact: Line = ""


class OutcomeBody(Body):
    """How it went; or what the citizen says now."""

    outcome: Literal["met", "no_answer", "declined"] | None = None
    consent: Literal["asked", "given", "refused", "withdrawn"] | None = None


class ComeBackBody(Body):
    """What is done another day, and why not today."""

    why: Literal["paper_missing", "decision_pending", "service_down", "no_time"]
    services: Annotated[list[Code], Field(max_length=12)] = []
    day: Day | None = None


def said_words(contact: str, note: str) -> dict[str, str]:
    """The citizen's words for a receiver, as they may be kept."""
    given = {"contact": clean(contact, 120), "note": clean(note, 300)}
    return {kind: text for kind, text in given.items() if text}


def consent_of(body: ReferralBody) -> Consent:
    """What a request says about the citizen's answer."""
    return Consent.GIVEN if body.consent else Consent.ASKED if body.ask else Consent.NOT_ASKED


@router.post(VISIT + "/referrals", status_code=201)
async def create_referral(request: Request, site: str, visit: str, body: ReferralBody, caller: Staff) -> JSONResponse:
    """Point a party onwards. The answer holds the receiver's link where there is one; neither is it kept, nor to whom."""
    words, consent = said_words(body.contact, body.note), consent_of(body)

    def do(work: Work) -> dict[str, Any]:
        made = referring.refer(work, visit, body.to, consent, words)
        return {"id": made.id, "kind": made.kind, "consent": made.consent.value, "outcome": None}

    def tell(kept: Mapping[str, Any]) -> Mapping[str, Any]:
        told = {**kept, "visit": visit, "to": body.to}
        return told | {"link": receiver_link(request, site, kept["id"])} if consent is Consent.GIVEN else told

    return await perform(request, site, caller.actor, do, 201, tell)


def receiver_link(request: Request, site: str, referral: str) -> str:
    """The link that a receiver opens; derived, never kept."""
    return f"{request.app.state.settings.base_url}/r/{way_token(store_of(request), site, 'receiver', referral)}"


def way_token(store: Store, site: str, kind: str, leads_to: str) -> str:
    """The token of a link that outlives tickets."""
    return derived(store.secret, f"way|{site}|{kind}|{leads_to}")


@router.get(VISIT + "/referrals")
async def read_referrals(request: Request, site: str, visit: str, caller: Staff) -> dict[str, Any]:
    """What was suggested and why, and what was given."""
    found = await onward(request, site, visit)
    return {name: [s.model_dump(mode="json") for s in found[name]] for name in ("suggested", "referrals", "sign_ups")}


@router.patch(VISIT + "/referrals/{referral}")
async def change_referral(
    request: Request, site: str, visit: str, referral: str, body: OutcomeBody, caller: Staff
) -> JSONResponse:
    """How it went, or what the citizen says now."""
    answer = await perform(request, site, caller.actor, lambda w: _changed(w, referral, body, visit))
    await settle(request)
    return answer


@router.patch("/api/v1/sites/{site}/referrals/{referral}")
async def change_referral_by_id(
    request: Request, site: str, referral: str, body: OutcomeBody, caller: Staff
) -> JSONResponse:
    """The same, without naming the visit."""
    answer = await perform(request, site, caller.actor, lambda w: _changed(w, referral, body))
    await settle(request)
    return answer


def _changed(work: Work, referral: str, body: OutcomeBody, visit: str | None = None) -> dict[str, Any]:
    of_visit(work, referral, visit)
    match body.consent:
        case "withdrawn":
            found = referring.withdraw(work, referral)
        case None:
            found = referring.end(work, referral, body.outcome or "")
        case said:
            found = referring.say(work, referral, Consent(said))
    return {"id": referral, "consent": found.consent.value, "outcome": found.outcome}


def of_visit(work: Work, referral: str, visit: str | None) -> Referral:
    """The referral, if it is one of this visit."""
    found = rows.referral_of(work, referral)
    if found is None or found.visit is None or (visit is not None and found.visit != visit):
        raise Refused(Refusal.UNKNOWN_REFERRAL)
    return found


async def settle(request: Request) -> None:
    """What was taken back must not linger beside the database's file either."""
    await asyncio.to_thread(retention.settle_file, store_of(request).engine)


@router.post(VISIT + "/come-backs", status_code=201, response_model=VisitShape)
async def create_come_back(request: Request, site: str, visit: str, body: ComeBackBody, caller: Staff) -> JSONResponse:
    """Another day, with right of way: all that is left, or these services."""
    services = tuple(dict.fromkeys(body.services))

    def do(work: Work) -> dict[str, Any]:
        found = coming_back.come_back_later(work, visit, body.why, services, body.day)
        return visit_shape(found, work.house, work.seq).model_dump(mode="json")

    return await perform(request, site, caller.actor, do, 201)


async def onward(request: Request, site: str, visit: str) -> dict[str, Any]:
    """Everything that the tablet shows of a party's way on."""
    store = store_of(request)
    known = await store.known(site)
    party, house, at = known.picture.floor.visit(visit), known.house, store.clock()
    zone = ZoneInfo(house.timezone)

    def look(db: Any) -> tuple[Any, ...]:
        return (
            directory.directory(db, house),
            programme.programme(db, house),
            rows.of_visit(db, site, visit),
            programme.of_visit(db, site, visit),
        )

    entries, occasions, given, signed = await store.read(look)
    targets: dict[str, Entry | Occasion] = {**entries, **occasions}
    open_now = coming(occasions, zone, at)
    taken = {r.target for r in given} | signed.keys()
    fits = [s for s in suggest(party, entries.values(), open_now, zone, at) if s.to.code not in taken]
    return {
        "known": known,
        "party": party,
        "suggested": suggested(fits, zone),
        "referrals": [referral_shape(r, targets, zone) for r in given],
        "sign_ups": [sign_up_shape(s, occasions[code], zone) for code, s in signed.items() if code in occasions],
        "entries": [target_shape(e, zone) for e in offered(entries)],
        "events": [target_shape(o, zone) for o in open_now if not o.cancelled][:40],
    }


@router.get(PAGE, include_in_schema=False)
async def referrals_page(request: Request, site: str, visit: str, caller: Floorwalker) -> Response:
    """The tablet: what fits this party, one tap each; the rest below."""
    return await _page(request, site, visit, caller)


async def _page(request: Request, site: str, visit: str, caller: Caller, said: str | None = None) -> Response:
    found = await onward(request, site, visit)
    known: Known = found.pop("known")
    token, base = way_token(store_of(request), site, "hand_out", visit), request.app.state.settings.base_url
    links = {r.id: receiver_link(request, site, r.id) for r in found["referrals"] if r.consent is Consent.GIVEN}
    path = f"/sites/{site}/floor/visits/{visit}/referrals"
    shown = {**found, "links": links, "hand_out": f"{base}/h/{token}", "said": said, "path": path}
    shown["caller"] = caller
    return page(request, "referrals/page.html", known.house, 409 if said else 200, **shown)


@router.post(PAGE + "/{what}", include_in_schema=False)
async def referrals_act(request: Request, site: str, visit: str, what: str, caller: Floorwalker) -> Response:
    """What a floorwalker does for a party's way on."""
    form = await read_form(request)
    acts = page_acts(visit, form)
    if what not in acts:
        raise Problem(404, "not_found")
    do = lambda w: {"done": acts[what](w) is not None}
    found = await act(request, site, caller.actor, form, do, partial(_page, request, site, visit, caller))
    if not isinstance(found, Answer):
        return found
    await settle(request)
    return RedirectResponse(f"/sites/{site}/floor/visits/{visit}/referrals", 303)


def page_acts(visit: str, form: Form) -> dict[str, Any]:
    """The acts of the tablet's page, by their address."""
    to, referral = form.text("to") or "", form.text("referral") or ""
    words = said_words(form.text("contact", 120) or "", form.text("note", 300) or "")
    day = form.day("day")
    return {
        "pointers": lambda w: referring.refer(w, visit, to, Consent.NOT_ASKED),
        "questions": lambda w: referring.refer(w, visit, to, Consent.ASKED),
        "answers": lambda w: referring.say(w, of_visit(w, referral, visit).id, Consent.GIVEN, words),
        "refusals": lambda w: referring.say(w, of_visit(w, referral, visit).id, Consent.REFUSED),
        "withdrawals": lambda w: referring.withdraw(w, of_visit(w, referral, visit).id),
        "outcomes": lambda w: referring.end(w, of_visit(w, referral, visit).id, form.text("outcome") or ""),
        "sign-ups": lambda w: places.sign_up(w, to, visit, form.number("persons", 1, 20, 1)),
        "leavings": lambda w: places.leave(w, to, form.text("sign_up") or "", visit),
        "come-backs": lambda w: coming_back.come_back_later(
            w, visit, form.text("why") or "", form.many("service"), day
        ),
    }


async def way(request: Request, kind: str, token: str) -> rows.Way:
    """What a link opens; the same answer for what never was and what is over."""
    store = store_of(request)
    at = store.clock()
    found = await store.read(lambda db: rows.opened(db, kind, token[:64], at))
    if found is None:
        await slow_down(request, "way", MISSES_A_MINUTE)
        raise Problem(404, "unknown_way")
    return found


@router.get("/r/{token}", include_in_schema=False)
async def receiver_page(request: Request, token: str) -> Response:
    """What a receiver was told, with the citizen's yes; and how did it go?"""
    return await _receiver(request, token)


async def _receiver(request: Request, token: str, said: str | None = None) -> Response:
    found = await way(request, "receiver", token)
    store = store_of(request)
    known = await store.known(found.site)

    def look(db: Any) -> tuple[Referral | None, dict[str, str], Entry | Occasion | None]:
        referral = rows.find(db, found.site, found.leads_to)
        targets: dict[str, Entry | Occasion] = {
            **directory.directory(db, known.house),
            **programme.programme(db, known.house),
        }
        return referral, rows.words(db, found.site, found.leads_to), targets.get((referral and referral.target) or "")

    referral, words, target = await store.read(look)
    if referral is None or target is None:
        raise Problem(404, "unknown_way")
    shape = target_shape(target, ZoneInfo(known.house.timezone))
    shown = {"referral": referral, "said_words": words, "target": shape, "outcomes": OUTCOMES}
    return page(request, "referrals/receiver.html", known.house, 409 if said else 200, **shown, said=said, token=token)


@router.post("/r/{token}/outcomes", include_in_schema=False)
async def receiver_outcome(request: Request, token: str) -> Response:
    """How it went, told without an account."""
    found, form = await way(request, "receiver", token), await read_form(request)
    outcome = form.text("outcome") or ""
    do = lambda w: {"outcome": referring.end(w, found.leads_to, outcome).outcome}
    done = await act(request, found.site, "receiver", form, do, partial(_receiver, request, token))
    if not isinstance(done, Answer):
        return done
    await settle(request)
    return RedirectResponse(f"/r/{token}", 303)
