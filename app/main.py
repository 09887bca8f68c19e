"""The composition root: where the parts of a process are chosen and put together."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.staticfiles import StaticFiles

from app.clock import Clock, shifted_clock, system_clock
from app.config import Settings
from app.domain.ids import moment
from app.live.devices import Devices
from app.live.foresight import Foresight
from app.live.housekeeping import keep_house
from app.live.hub import Hub
from app.live.sessions import Sessions
from app.live.ticker import Ticker
from app.notify.emptier import Emptier
from app.notify.printer import Printer
from app.notify.push import Push
from app.notify.sms import Sms
from app.notify.ways import Way
from app.resources import folder
from app.store.store import Store
from app.web import (
    desk_page,
    desks,
    devices,
    docs,
    errors,
    floor_pages,
    house,
    kiosk,
    manager_page,
    onward,
    pages,
    phone,
    programme_pages,
    reach,
    slots,
    sockets,
    staff,
    tickets,
    told,
    visits,
)
from app.web.access import Doorkeeper
from app.web.guard import Guard
from app.web.kept_parts import KeptParts
from app.web.packed import Assets
from app.web.render import speaking

OFTEN: tuple[Callable[..., object], ...] = (
    *(desks.create_call, visits.create_visit, desks.start, desks.finish),
    *(phone.worker, phone.ticket, sockets.follow_ticket, pages.display, sockets.follow_board),
    *(desk_page.desk_page, floor_pages.floor_page, programme_pages.programme_page),
)
"""What is asked for most. Routes are tried in turn, and there are two hundred: these are tried first."""

SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""What we measure is at `/metrics`. The library would ask at each request whether somebody else wants to be told."""


def clock_of(settings: Settings) -> Clock:
    """The clock of this process: shifted only in development."""
    if not settings.at:
        return system_clock
    if settings.env != "development":
        raise ValueError("a shifted clock needs SAMEDAG_ENV=development")
    return shifted_clock(moment(settings.at), settings.speed)


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    """The whole application for one process."""
    chosen = settings or Settings()
    logging.basicConfig(level=chosen.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # its lines hold whole addresses, and so links
    app = FastAPI(title="Samedag", version="1", lifespan=_lifespan, docs_url=None, redoc_url=None, telemetry=SILENT)
    app.openapi = lambda: docs.describe(app)  # type: ignore[method-assign]  # the way that the library documents
    app.state.settings = chosen
    app.state.clock = clock or clock_of(chosen)
    app.state.real_clock = clock or system_clock  # a device is silent for real seconds, whatever a demonstration plays
    app.add_middleware(Guard, base_url=chosen.base_url)
    app.state.ways = ways_of(chosen)
    app.state.seasons = {}
    app.state.kept_parts = KeptParts()
    errors.install(app)
    for part in (phone, desks, visits, slots, told, house, tickets, reach, devices, sockets, *onward.PARTS):
        _add(app, part.router)
    _add(app, manager_page.api)
    _pages(app)
    app.router.routes.sort(key=lambda route: _turn(getattr(route, "endpoint", None)))
    return app


def _turn(endpoint: object) -> int:
    return OFTEN.index(endpoint) if endpoint in OFTEN else len(OFTEN)


def ways_of(settings: Settings) -> dict[str, Way]:
    """The ways out of the house that the settings switch on; says which extra is missing."""
    found: dict[str, Way] = {}
    extra = "push"
    try:
        if settings.push_contact:
            found["push"] = Push(settings.secret_bytes(), settings.push_contact, settings.push_host_list())
        extra = "print"
        if printers := settings.printer_addresses():
            found["print"] = Printer(printers, speaking, settings.print_font)
    except ModuleNotFoundError as missing:
        raise ValueError(f"{missing.name} is not installed: pip install 'samedag[{extra}]'") from None
    if settings.sms_token:
        found["sms"] = Sms(settings.sms_token, settings.sms_sender, settings.sms_url)
    return found


def _add(app: FastAPI, part: APIRouter) -> None:
    """A part's routes as the application's own: their paths are whole, and an included router is matched twice at each request."""
    app.router.routes += part.routes


def _pages(app: FastAPI) -> None:
    _add(app, told.pages)
    for part in (pages, kiosk, *staff.PARTS, docs):
        _add(app, part.router)
    app.mount("/display-assets", StaticFiles(directory=folder("display")))
    app.mount("/assets", Assets(directory=folder("templates") / "assets", check_dir=False))


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    store = Store(settings.database_url, app.state.clock, settings.secret_bytes())
    app.state.store = store
    app.state.hub = hub = Hub(store)
    app.state.doorkeeper = Doorkeeper(store)
    app.state.opened_lately = tickets.OpenedLately(store)
    app.state.devices = displays = Devices(store, app.state.real_clock, hub.wake)
    app.state.foresight = foresight = Foresight()
    app.state.sessions = sessions = Sessions(store)
    ticker = Ticker(store, hub, foresight)
    jobs = [hub.run(), hub.tick(), sessions.run(), ticker.run(), keep_house(store, settings.spans())]
    if store.many_processes:
        from app.live.postgres import listen  # its driver takes long to import, and SQLite needs none

        jobs.append(listen(settings.database_url, hub, ticker))
    app.state.emptier = emptier = Emptier(store, app.state.ways, speaking, settings.base_url, hub.wake)
    jobs += [emptier.run(), displays.run()]
    app.state.jobs = tasks = [asyncio.create_task(job) for job in jobs]
    # A task per message and connection would make long collection pauses at thousands of followers.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)
    gc.enable()
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await foresight.close()
    await emptier.close()
    await asyncio.to_thread(store.close)
