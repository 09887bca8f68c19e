"""The house's devices: paired by the code on their screen, named, let go; and what staff are told of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import StringConstraints
from starlette.requests import HTTPConnection

from app.domain.machines import Device
from app.live.devices import Devices
from app.notify.emptier import Emptier
from app.screens.devices import DeviceShape, show_device, show_devices, show_senders
from app.web.access import Floorwalker
from app.web.answers import clean, store_of
from app.web.bodies import Body
from app.web.errors import Problem
from app.web.forms import read_form
from app.web.limits import slow_down
from app.web.render import page
from app.web.wording import WORDS, language_of, translate

router = APIRouter()
API, PAGE = "/api/v1/sites/{site}/devices", "/sites/{site}/devices"

COOKIE = "samedag-device"
YEARS = 3 * 365 * 86_400
LONGEST_NAME = 40

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


def give_device_token(request: Request, response: Response, token: str) -> None:
    """Let the browser keep the token where no script can read it; the house keeps only its hash."""
    secure = request.app.state.settings.secure_cookies
    name = f"__Host-{COOKIE}" if secure else COOKIE
    response.set_cookie(name, token, max_age=YEARS, httponly=True, secure=secure, samesite="strict", path="/")


def machines(connection: HTTPConnection, site: str) -> dict[str, Any]:
    """What the screens of staff add to the floor: displays and ways out, with their troubles."""
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
    """The displays that staff know, with their last word."""
    devices = _devices(request)
    await devices.look()
    return show_devices(devices.of(site), devices.now())


@router.post(API, tags=["devices"], status_code=201)
async def pair_device(request: Request, site: str, body: PairBody, caller: Floorwalker) -> DeviceShape:
    """Pair the display that shows this code."""
    found = await _pair(request, site, body.code, clean(body.name, LONGEST_NAME))
    return show_device(found, _devices(request).now())


@router.patch(API + "/{device}", tags=["devices"])
async def rename_device(
    request: Request, site: str, device: str, body: NameBody, caller: Floorwalker
) -> list[DeviceShape]:
    """Another name."""
    await _done(_devices(request).rename(site, device, clean(body.name, LONGEST_NAME)))
    return await list_devices(request, site, caller)


@router.delete(API + "/{device}", tags=["devices"])
async def unpair_device(request: Request, site: str, device: str, caller: Floorwalker) -> list[DeviceShape]:
    """Let a display go: its socket closes with 4410."""
    await _done(_devices(request).unpair(site, device))
    return await list_devices(request, site, caller)


async def _pair(request: Request, site: str, code: str, name: str) -> Device:
    await slow_down(request, "pair", 20)
    found = await _devices(request).pair(site, code, name)
    if found is None:
        raise Problem(404, "unknown_code")
    return found


async def _done(act: Any) -> None:
    if not await act:
        raise Problem(404, "unknown_device")


@router.get(PAGE, include_in_schema=False)
async def devices_page(
    request: Request, site: str, caller: Floorwalker, said: str | None = None, status: int = 200
) -> Response:
    """Pair, name, let go."""
    devices, known = _devices(request), await store_of(request).known(site)
    await devices.look()
    shown = machines(request, site)
    path = f"/sites/{site}/devices"
    return page(request, "devices/page.html", known.house, status, said=said, path=path, now=devices.now(), **shown)


@router.post(PAGE, include_in_schema=False)
async def pair_from_page(request: Request, site: str, caller: Floorwalker) -> Response:
    """The form of the page."""
    form = await read_form(request)
    code, name = form.text("code") or "", form.text("name", LONGEST_NAME) or ""
    try:
        await _pair(request, site, code, name or translate("Display", language_of(request)))
    except Problem as problem:
        said = translate(WORDS[problem.code], language_of(request))
        return await devices_page(request, site, caller, said, problem.status)
    return RedirectResponse(f"/sites/{site}/devices", 303)


@router.post(PAGE + "/{device}/{what}", include_in_schema=False)
async def act_on_device(request: Request, site: str, device: str, what: str, caller: Floorwalker) -> Response:
    """Rename, or let go."""
    form, devices = await read_form(request), _devices(request)
    name = form.text("name", LONGEST_NAME)
    if what == "names" and name:
        await _done(devices.rename(site, device, name))
    elif what == "departures":
        await _done(devices.unpair(site, device))
    elif what != "names":
        raise Problem(404, "not_found")
    return RedirectResponse(f"/sites/{site}/devices", 303)
