"""Pages: sign in, the wall, the phone, the kiosk, statements."""

import asyncio
from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from pwdlib import PasswordHash

from app.actions import citizen, reception
from app.actions.reception import Arrival
from app.domain.visit import Member
from app.resources import folder
from app.screens import citizen as citizen_screen
from app.screens import kiosk as kiosk_screen
from app.store import access
from app.store.idempotency import Answer
from app.store.store import Known, Store
from app.store.work import Work
from app.web.access import COOKIE, admitted, caller_of, token_in
from app.web.answers import store_of
from app.web.errors import Problem
from app.web.forms import Form, act, done, read_form
from app.web.limits import slow_down
from app.web.render import fragment_now, page
from app.web.tickets import opened
from app.web.wording import WORDS, language_of, translate

router = APIRouter(include_in_schema=False)

HOME = {"clerk": "/sites/{site}/desks/{desk}", "floorwalker": "/sites/{site}/floor", "manager": "/sites/{site}/manager"}
HOME |= {"kiosk": "/sites/{site}/kiosk", "display": "/display/{site}", "admin": "/sites/{site}/floor"}


@router.get("/")
async def home(request: Request) -> Response:
    """One's own home; without a session, the way in."""
    caller = await caller_of(request)
    if caller is not None:
        desk = caller.desks[0] if caller.desks else ""
        return RedirectResponse(HOME[caller.role].format(site=caller.site, desk=desk), 303)
    return await _sign_in_page(request)


async def _sign_in_page(request: Request, said: str | None = None, status: int = 200) -> Response:
    store = store_of(request)
    codes = await store.read_sites()
    sites = [(code, (await store.known(code)).house.name["en"]) for code in codes]
    return page(request, "sign_in/page.html", None, status, sites=sites, said=said)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """A local account; the session is an opaque token in a cookie, and ends with the shift."""
    await slow_down(request, "sign-in", 10)
    form, store = await read_form(request), store_of(request)
    site, name = form.text("site") or "", form.text("name") or ""
    password = (form.fields.get("password") or ("",))[0][:200]
    found = await store.read(lambda db: access.staff_named(db, site, name))
    if not await asyncio.to_thread(_matches, password, found[1] if found else None) or found is None:
        said = translate(WORDS["wrong_password"], language_of(request))
        return await _sign_in_page(request, said, 401)
    holder, at = found[0], store.clock()
    token = await store.write(lambda db: access.make_token(db, holder, at, access.SESSION))
    response = RedirectResponse("/", 303)
    secure = request.app.state.settings.secure_cookies
    name = f"__Host-{COOKIE}" if secure else COOKIE
    response.set_cookie(name, token, httponly=True, secure=secure, samesite="strict", path="/")
    return response


def _matches(password: str, hashed: str | None) -> bool:
    """Argon2 takes a fifth of a second, and as long for a name that nobody has: for a thread."""
    return PasswordHash.recommended().verify(password, hashed or _nobody())


@cache
def _nobody() -> str:
    """A hash that is made when somebody first signs in: a start must not wait for it."""
    return PasswordHash.recommended().hash("nobody has this password")


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """The session is over, everywhere."""
    token, store = token_in(request), store_of(request)
    if token is not None:
        at = store.clock()
        await store.write(lambda db: access.end_token(db, token, at))
        request.app.state.doorkeeper.forget(token)
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/display/{site}")
async def display(request: Request, site: str) -> Response:
    """The wall display: a client of its own."""
    await store_of(request).known(site)
    return FileResponse(folder("display") / "index.html", headers={"Cache-Control": "no-cache"})


@router.get("/privacy")
@router.get("/accessibility")
async def statement(request: Request) -> Response:
    """What we keep, and how to say that something does not work for you."""
    store = store_of(request)
    codes = await store.read_sites()
    house = (await store.known(codes[0])).house if codes else None
    return page(request, f"{request.url.path.strip('/')}.html", house)


@router.get("/t/{token}")
async def ticket(request: Request, token: str, said: str | None = None, status: int = 200) -> Response:
    """The phone: my number, what is next, what I may do."""
    store = store_of(request)
    found = await opened(store, token)
    known = await store.known(found.site)
    p = known.picture
    screen = citizen_screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch, found.visit)
    language = request.query_params.get("lang") or request.cookies.get("lang") or p.floor.visits[found.visit].language
    if language not in known.house.languages:
        language = "en"
    headers = {"X-Seq": str(p.seq), "X-Epoch": p.epoch}
    if request.query_params.get("fragment"):
        return Response(fragment_now(request, "citizen", known.house, screen, language), 200, headers, "text/html")
    live = f"/live/tickets/{token}?lang={language}"
    return page(
        request,
        "citizen/page.html",
        known.house,
        status,
        language=language,
        screen=screen,
        token=token,
        live_url=live,
        said=said,
    )


@router.post("/t/{token}/{what}")
async def ticket_act(request: Request, token: str, what: str) -> Response:
    """More time, back again, leave."""
    found, form = await opened(store_of(request), token), await read_form(request)
    minutes = form.number("minutes", 1, 600, 10)
    visit = found.visit

    def do(work: Work) -> dict[str, Any]:
        match what:
            case "step-outs":
                citizen.step_out(work, visit, minutes, False)
            case "returns":
                citizen.come_back(work, visit, False)
            case "departures":
                citizen.depart(work, visit)
        return {}

    if what not in ("step-outs", "returns", "departures"):
        raise Problem(404, "not_found")
    answer = await act(request, found.site, "citizen", form, do, lambda said: ticket(request, token, said, 409))
    return done(request, f"/t/{token}") if isinstance(answer, Answer) else answer


@router.get("/sites/{site}/kiosk")
async def kiosk(request: Request, site: str, said: str | None = None, status: int = 200) -> Response:
    """Check in, take a ticket, or hear honestly why not today."""
    await admitted(request, ("kiosk", "floorwalker", "manager"))
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    screen = kiosk_screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch)
    if request.query_params.get("fragment"):
        text = fragment_now(request, "kiosk", known.house, screen, language_of(request))
        return Response(text, 200, {"X-Seq": str(p.seq), "X-Epoch": p.epoch}, "text/html")
    return page(request, "kiosk/page.html", known.house, status, screen=screen, said=said, path=f"/sites/{site}/kiosk")


@router.post("/sites/{site}/kiosk/arrivals")
async def kiosk_arrival(request: Request, site: str) -> Response:
    """A number, or the reason why not, before one is issued."""
    caller = await admitted(request, ("kiosk", "floorwalker", "manager"))
    form = await read_form(request)
    who = arrival_from(form, by_staff=False)

    def do(work: Work) -> dict[str, Any]:
        visit = reception.arrive(work, who)
        work.give_link(visit)
        return {"visit": visit.id}

    answer = await act(request, site, caller.actor, form, do, lambda said: kiosk(request, site, said, 409))
    if not isinstance(answer, Answer):
        return answer
    known = await store_of(request).known(site)
    return _given(request, store_of(request), known, answer.body["visit"], who.language)


def _given(request: Request, store: Store, known: Known, visit: str, language: str) -> Response:
    """The ticket with its link, which is derived here and never kept."""
    p = known.picture
    screen = citizen_screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch, visit)
    link = f"{request.app.state.settings.base_url}/t/{store.token(known.house.site, p.floor.visits[visit])}"
    return page(request, "kiosk/ticket.html", known.house, language=language, screen=screen, link=link)


def arrival_from(form: Form, by_staff: bool) -> Arrival:
    """A party from the fields of a page."""
    adults, children = form.number("adults", 0, 20, 1), form.number("children", 0, 20, 0)
    kinds = ["adult"] * adults + ["child"] * children
    if not kinds or len(kinds) > 20:
        raise Problem(422, "bad_request")
    booking, path = form.text("booking"), form.text("pathway")
    number = form.number("number", 1, 9999, 0)
    return Arrival(
        arrival="booked" if booking else "walk_in",
        members=tuple(Member(f"m{n}", kind) for n, kind in enumerate(kinds, 1)),
        language=(form.text("language") or "en")[:2],
        booking=booking,
        pathway=path,
        services=form.many("service"),
        priority=form.text("priority") == "on",
        interpreter=(form.text("interpreter") or "")[:2] or None,
        number=number or None,
        by_staff=by_staff,
    )
