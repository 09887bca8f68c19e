"""The house's devices: paired by the code on their screen, named, let go; and what staff are told of them."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import StringConstraints
from starlette.requests import HTTPConnection

from app.actions import displays as acts
from app.domain.machines import Device
from app.live.devices import Devices
from app.notify.emptier import Emptier
from app.screens.devices import DeviceShape, show_device, show_devices, show_senders
from app.store.idempotency import Answer
from app.store.work import Work
from app.web.access import KIOSK_COOKIE, Caller, Floorwalker
from app.web.answers import clean, command_of, store_of
from app.web.bodies import Body
from app.web.errors import Problem
from app.web.forms import Form, read_form
from app.web.limits import slow_down
from app.web.render import page
from app.web.wording import WORDS, language_of, translate

router = APIRouter()
API, PAGE = "/api/v1/sites/{site}/devices", "/sites/{site}/devices"

COOKIE = "samedag-device"
YEARS = 3 * 365 * 86_400
LONGEST_NAME = 40
DEFAULT_WORDS = {"name": "Screen"}
"""What a screen is called that staff gave no name."""

TRIES_A_MINUTE = 20
"""So many codes may be typed from one address."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, strip_whitespace=True)]


class PairBody(Body):
    """The code on the screen, and what staff call it."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    name: Name


class NameBody(Body):
    """Another name."""

    name: Name


def device_token(connection: HTTPConnection) -> str | None:
    """The token in a display's cookie. It opens nothing that a wall does not show: it says which display speaks."""
    token = connection.cookies.get(f"__Host-{COOKIE}") or connection.cookies.get(COOKIE)
    return token if token and 20 <= len(token) <= 100 else None


def give_device_token(request: Request, response: Response, kiosk: bool = False) -> None:
    """Let the browser keep a new token where no script can read it; the house keeps only its hash."""
    secure: bool = request.app.state.settings.secure_cookies
    name, token = KIOSK_COOKIE if kiosk else COOKIE, secrets.token_urlsafe(32)
    name = f"__Host-{name}" if secure else name
    response.set_cookie(name, token, max_age=YEARS, httponly=True, secure=secure, samesite="strict", path="/")


def machines(connection: HTTPConnection, site: str) -> dict[str, Any]:
    """What the screens of staff add to the floor: devices and ways out, with their troubles."""
    devices: Devices = connection.app.state.devices
    emptier: Emptier = connection.app.state.emptier
    return {
        "devices": show_devices(devices.of(site), devices.now()),
        "senders": show_senders(emptier.standing(site)),
    }


def _devices(request: Request) -> Devices:
    devices: Devices = request.app.state.devices
    return devices


@router.get(API, tags=["devices"])
async def list_devices(request: Request, site: str, caller: Floorwalker) -> list[DeviceShape]:
    """The displays and kiosks that staff know, with their last word."""
    devices = _devices(request)
    await devices.look()
    return show_devices(devices.of(site), devices.now())


@router.post(API, tags=["devices"], status_code=201, response_model=DeviceShape)
async def pair_device(request: Request, site: str, body: PairBody, caller: Floorwalker) -> JSONResponse:
    """Pair the display or kiosk that shows this code. What it holds is in no answer: it has shown it to nobody, and keeps it."""
    await slow_down(request, "pair", TRIES_A_MINUTE)
    name, at = clean(body.name, LONGEST_NAME), _devices(request).now()
    tell = lambda work: _shaped(show_device(_known(acts.pair(work, body.code, name, at), "unknown_code"), at))
    return await _answered(request, site, caller, tell, 201)


@router.patch(API + "/{device}", tags=["devices"], response_model=list[DeviceShape])
async def rename_device(request: Request, site: str, device: str, body: NameBody, caller: Floorwalker) -> JSONResponse:
    """Another name."""
    name, at = clean(body.name, LONGEST_NAME), _devices(request).now()
    return await _answered(request, site, caller, lambda work: _left(work, acts.rename(work, device, name), at))


@router.delete(API + "/{device}", tags=["devices"], response_model=list[DeviceShape])
async def unpair_device(request: Request, site: str, device: str, caller: Floorwalker) -> JSONResponse:
    """Let a device go: a display's socket closes with 4410, a kiosk asks to be paired again."""
    at = _devices(request).now()
    return await _answered(request, site, caller, lambda work: _left(work, acts.unpair(work, device, at), at))


async def _answered(
    request: Request, site: str, caller: Caller, tell: Callable[[Work], Any], status: int = 200
) -> JSONResponse:
    """One work on the devices, whose answer is kept for its key as every other command's is."""
    act = lambda work: Answer(status, {"told": tell(work)})
    answer = await _devices(request).act(site, caller.actor, act, await command_of(request))
    return JSONResponse(answer.body["told"], answer.status, {"Idempotent-Replayed": "true"} if answer.replayed else {})


def _left(work: Work, done: Device | None, at: datetime) -> list[dict[str, Any]]:
    _known(done, "unknown_device")
    return [_shaped(shown) for shown in show_devices(acts.paired(work), at)]


def _shaped(shown: DeviceShape) -> dict[str, Any]:
    return shown.model_dump(mode="json")


def _known(device: Device | None, code: str) -> Device:
    if device is None:
        raise Problem(404, code)
    return device


@router.get(PAGE, include_in_schema=False)
async def devices_page(request: Request, site: str, caller: Floorwalker) -> Response:
    """Pair, name, let go."""
    return await _page(request, site, caller)


async def _page(
    request: Request, site: str, caller: Caller, said: str | None = None, status: int = 200, typed: Form | None = None
) -> Response:
    """The page; after a refusal with what was typed."""
    devices, known = _devices(request), await store_of(request).known(site)
    await devices.look()
    shown = machines(request, site)
    path = f"/sites/{site}/devices"
    shown |= {"said": said, "path": path, "now": devices.now(), "caller": caller}
    shown["typed"] = {name: (typed.text(name, LONGEST_NAME) if typed else None) or "" for name in ("code", "name")}
    return page(request, "devices/page.html", known.house, status, **shown)


@router.post(PAGE, include_in_schema=False)
async def pair_from_page(request: Request, site: str, caller: Floorwalker) -> Response:
    """The form of the page."""
    form, devices = await read_form(request), _devices(request)
    code, at = form.text("code") or "", devices.now()
    name = form.text("name", LONGEST_NAME) or translate(DEFAULT_WORDS["name"], language_of(request))
    act = lambda work: _known(acts.pair(work, code, name, at), "unknown_code")
    try:
        await slow_down(request, "pair", TRIES_A_MINUTE)
        await devices.act(site, caller.actor, act)
    except Problem as problem:
        said = translate(WORDS[problem.code], language_of(request))
        return await _page(request, site, caller, said, problem.status, form)
    return RedirectResponse(f"/sites/{site}/devices", 303)


@router.post(PAGE + "/{device}/{what}", include_in_schema=False)
async def act_on_device(request: Request, site: str, device: str, what: str, caller: Floorwalker) -> Response:
    """Rename, or let go."""
    form, devices = await read_form(request), _devices(request)
    name = form.text("name", LONGEST_NAME)
    if what == "names" and name:
        await devices.act(site, caller.actor, lambda work: _known(acts.rename(work, device, name), "unknown_device"))
    elif what == "departures":
        at = devices.now()
        await devices.act(site, caller.actor, lambda work: _known(acts.unpair(work, device, at), "unknown_device"))
    elif what != "names":
        raise Problem(404, "not_found")
    return RedirectResponse(f"/sites/{site}/devices", 303)
