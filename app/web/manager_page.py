"""The manager's page, and its figures as JSON."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.kept import measured, promises
from app.screens import manager as manager_screen
from app.screens.manager import ManagerScreen, PromisesShape, promises_shape
from app.store import eventlog
from app.web.access import Manager
from app.web.answers import store_of
from app.web.devices import machines
from app.web.live_page import live_page

api = APIRouter(prefix="/api/v1/sites/{site}", tags=["house"])
router = APIRouter(prefix="/sites/{site}", include_in_schema=False)


async def kept_today(request: Request, site: str) -> list[PromisesShape]:
    """How the windows told today were kept, by the log."""
    store = store_of(request)
    day = (await store.known(site)).picture.floor.day
    found = promises(entry.event for entry in await store.read(lambda db: eventlog.of_day(db, site, day)))
    calls, ends = [p for p in found if p.stop], [p for p in found if not p.stop]
    return [promises_shape("call", measured(calls)), promises_shape("end", measured(ends))]


@api.get("/manager", response_model=ManagerScreen)
async def read_manager(request: Request, site: str, caller: Manager) -> ManagerScreen:
    """What the manager sees."""
    store = store_of(request)
    known, kept = await store.known(site), await kept_today(request, site)
    p = known.picture
    screen = manager_screen.show(p.floor, known.house, store.clock(), p.seq, p.epoch)
    return screen.model_copy(update=machines(request, site) | {"promises": kept})


@router.get("/manager")
async def manager_page(request: Request, site: str, caller: Manager) -> Response:
    """Today in figures."""
    more = {"path": f"/sites/{site}/manager", "caller": caller, "promised": await kept_today(request, site)}
    show = lambda f, h, at, seq, epoch, lines: manager_screen.show(f, h, at, seq, epoch)
    return await live_page(request, site, "manager", show, f"/live/sites/{site}/manager", **more)
