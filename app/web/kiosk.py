"""The kiosk: check in, take a ticket, or hear honestly why not today. Before that, it shows the code to pair it by."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.actions import reception, telling
from app.domain.hours import whole_day
from app.live.devices import Devices
from app.screens import citizen as citizen_screen
from app.screens import kiosk as screens
from app.store.idempotency import Answer
from app.store.work import Work
from app.web.access import admitted, caller_of, kiosk_token
from app.web.answers import store_of
from app.web.devices import give_device_token
from app.web.forms import act, read_form
from app.web.pages import arrival_from
from app.web.reach import prints
from app.web.render import fragment_now, page
from app.web.wording import language_of

router = APIRouter(prefix="/sites/{site}/kiosk", include_in_schema=False)

MAY = ("kiosk", "floorwalker", "manager")


@router.get("")
async def kiosk(request: Request, site: str) -> Response:
    """What can be done here now; a screen that nobody has signed in or paired shows its code."""
    caller, token = await caller_of(request), kiosk_token(request)
    if caller is None and _by_hand(request):
        return await _pairing(request, site, token)
    await admitted(request, MAY)
    if token is not None:
        await _devices(request).kiosk(site, token)
    return await _page(request, site)


def _by_hand(request: Request) -> bool:
    """A browser shows the page to people; programs are told 401."""
    return "text/html" in request.headers.get("accept", "")


def _devices(request: Request) -> Devices:
    devices: Devices = request.app.state.devices
    return devices


async def _pairing(request: Request, site: str, token: str | None) -> Response:
    """The code to pair this screen by. A browser that comes first, or was let go, gets a token, and the code when it asks again."""
    house = (await store_of(request).known(site)).house
    device = await _devices(request).kiosk(site, token) if token else None
    gone = device is not None and device.ended_at is not None
    code = device.code if device and not gone else None
    response = page(request, "kiosk/pair.html", house, 401, code=code)
    if token is None or gone:
        give_device_token(request, response, kiosk=True)
    return response


async def _page(request: Request, site: str, said: str | None = None) -> Response:
    """The page; with the reason why there is no number."""
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    screen = screens.show(p.floor, known.house, store.clock(), p.seq, p.epoch)
    if request.query_params.get("fragment"):
        text = fragment_now(request, "kiosk", known.house, screen, language_of(request))
        return Response(text, 200, {"X-Seq": str(p.seq), "X-Epoch": p.epoch}, "text/html")
    shown = {"screen": screen, "said": said, "path": f"/sites/{site}/kiosk"}
    return page(request, "kiosk/page.html", known.house, 409 if said else 200, **shown)


@router.post("/arrivals")
async def arrive(request: Request, site: str) -> Response:
    """A number, or the reason why not, before one is issued."""
    if _by_hand(request) and await caller_of(request) is None:
        return RedirectResponse(f"/sites/{site}/kiosk", 303)
    caller = await admitted(request, MAY)
    form = await read_form(request)
    who = arrival_from(form, by_staff=False)

    def do(work: Work) -> dict[str, Any]:
        visit = reception.arrive(work, who)
        work.give_link(visit)
        if prints(request, site):
            telling.print_slip(work, visit.id)
        return {"visit": visit.id}

    answer = await act(request, site, caller.actor, form, do, partial(_page, request, site))
    if not isinstance(answer, Answer):
        return answer
    return await _given(request, site, answer.body["visit"], who.language)


async def _given(request: Request, site: str, visit: str, language: str) -> Response:
    """The ticket with its link, which is derived here and never kept."""
    store = store_of(request)
    known = await store.known(site)
    p = known.picture
    screen = citizen_screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch, visit)
    link = f"{request.app.state.settings.base_url}/t/{store.token(site, p.floor.visits[visit])}"
    asked = f"/api/v1/sites/{site}/visits/{visit}/prints" if prints(request, site) else ""
    shown: dict[str, Any] = {
        "screen": screen,
        "link": link,
        "prints": asked,
        "today": whole_day(known.house, p.floor.day),
    }
    return page(request, "kiosk/ticket.html", known.house, language=language, **shown)
