"""Pages: sign in, the wall, the phone, the kiosk, statements."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from pwdlib import PasswordHash

from app.actions.reception import Arrival
from app.domain.visit import Member
from app.resources import folder
from app.store import access, devices
from app.web.access import COOKIE, caller_of, token_in
from app.web.answers import store_of
from app.web.devices import device_token, give_device_token
from app.web.errors import Problem
from app.web.forms import Form, read_form
from app.web.limits import slow_down
from app.web.lock import way_back
from app.web.render import page
from app.web.wording import WORDS, language_of, translate

router = APIRouter(include_in_schema=False)

_PASSWORDS = ThreadPoolExecutor(1, "passwords")
"""One at a time: each takes 64 MB and a core, and whoever likes may try."""

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


async def _sign_in_page(request: Request, said: str | None = None, name: str = "", to: str = "") -> Response:
    """The way in; with what was typed, where that was refused, and locked where a page on a shared PC was left."""
    store = store_of(request)
    codes = await store.read_sites()
    sites = [(code, (await store.known(code)).house.name["en"]) for code in codes]
    left = request.query_params.get("name", "")[:200]
    shown = {"sites": sites, "said": said, "path": "/", "locked": bool(left), "name": name or left}
    to = to or request.query_params.get("to", "")[:200]
    return page(request, "sign_in/page.html", None, 401 if said else 200, to=to, **shown)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """A local account; the session is an opaque token in a cookie, and ends with the shift."""
    await slow_down(request, "sign-in", 10)
    form, store = await read_form(request), store_of(request)
    site, name = form.text("site") or "", form.text("name") or ""
    password = (form.fields.get("password") or ("",))[0][:200]
    found = await store.read(lambda db: access.staff_named(db, site, name))
    hashed, loop = found[1] if found else None, asyncio.get_running_loop()
    if not await loop.run_in_executor(_PASSWORDS, _matches, password, hashed) or found is None:
        said = translate(WORDS["wrong_password"], language_of(request))
        return await _sign_in_page(request, said, name, form.text("to", 200) or "")
    holder, at = found[0], store.clock()
    token = await store.write(lambda db: access.make_token(db, holder, at, access.SESSION))
    response = RedirectResponse(way_back(form.text("to", 200) or "/", holder), 303)
    secure = request.app.state.settings.secure_cookies
    name = f"__Host-{COOKIE}" if secure else COOKIE
    response.set_cookie(name, token, httponly=True, secure=secure, samesite="strict", path="/")
    return response


def _matches(password: str, hashed: str | None) -> bool:
    """Argon2 takes a fifth of a second, and as long for a name that nobody has: for a thread of its own."""
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
    response.delete_cookie(f"__Host-{COOKIE}", path="/", secure=True)
    return response


@router.get("/display/{site}")
async def display(request: Request, site: str) -> Response:
    """The wall display: a client of its own. A browser that comes first, or was let go, gets a token to be paired by."""
    store = store_of(request)
    await store.known(site)
    response = FileResponse(folder("display") / "index.html", headers={"Cache-Control": "no-cache"})
    token = device_token(request)
    if token is not None:
        held = devices.hash_at(site, token)
        found = await store.read(lambda db: devices.by_token(db, site, held))
        if found is None or found.ended_at is None:
            return response
    give_device_token(request, response)
    return response


@router.get("/privacy")
@router.get("/accessibility")
async def statement(request: Request) -> Response:
    """What we keep, as this house is set up, and how to say that something does not work for you. At a kiosk it leads back."""
    store = store_of(request)
    codes = await store.read_sites()
    house = (await store.known(codes[0])).house if codes else None
    settings, ways = request.app.state.settings, request.app.state.ways
    shown = {"keep_timings_days": settings.keep_timings_days, "keep_actors_days": settings.keep_actors_days}
    shown |= {"texts": "sms" in ways, "push": "push" in ways}
    asked = request.query_params.get("kiosk")
    shown |= {"kiosk": asked if asked in codes else None}
    return page(request, f"{request.url.path.strip('/')}.html", house, **shown)


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
        holder=form.text("holder"),
        by_staff=by_staff,
        anyway=form.text("anyway") == "yes",
    )
