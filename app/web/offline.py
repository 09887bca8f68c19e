"""Staff without network: the worker of their devices, the tablet's manifest, and one page with all that can be done meanwhile."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from app.actions.slips import slips_of
from app.domain.house import words
from app.domain.ids import visit_id
from app.resources import folder
from app.screens import visit as visit_screen
from app.web.access import Floorwalker
from app.web.answers import store_of
from app.web.floor_pages import PARTIES
from app.web.render import page, version
from app.web.wording import language_of

router = APIRouter(include_in_schema=False)

WORKER = folder("templates") / "assets" / "staff-worker.js"


@router.get("/staff-worker.js")
async def worker() -> Response:
    """The service worker of tablets and desks. An address has one, whatever its houses: staff also meet pages of no house,
    such as the way in, and a second worker for these would take the place of the first."""
    return FileResponse(WORKER, headers={"Cache-Control": "no-cache"})


@router.get("/sites/{site}/floor/manifest.webmanifest")
async def manifest(request: Request, site: str) -> Response:
    """What makes the tablet's page an app of its own."""
    known = await store_of(request).known(site)
    home, icon = f"/sites/{site}/floor", f"/assets/icon.svg?v={version()}"
    body = {
        "id": home,
        "name": f"Samedag · {words(known.house.name, language_of(request))}",
        "short_name": "Samedag",
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#f4f5f2",
        "theme_color": "#0b5c6b",
        "icons": [{"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JSONResponse(body, media_type="application/manifest+json")


@router.get("/sites/{site}/floor/offline")
async def offline_page(request: Request, site: str, caller: Floorwalker) -> Response:
    """Everybody who is here with the acts that can wait, and the slips that this tablet may give."""
    store = store_of(request)
    known = await store.known(site)
    p, at = known.picture, store.clock()
    holder = request.query_params.get("holder", "")[:40]
    free = slips_of(p.floor, holder) if holder else []
    more: dict[str, Any] = {
        "screens": [visit_screen.show(p.floor, known.house, at, p.seq, p.epoch, v.id) for v in p.floor.active],
        "slips": [(number, visit_id(p.floor.day, number)) for number in free],
        "parties": PARTIES,
        "holder": holder,
        "at": at,
        "path": f"/sites/{site}/floor/offline",
        "caller": caller,
    }
    response = page(request, "floorwalker/offline.html", known.house, **more)
    response.headers["X-Slips"] = str(len(free))
    return response
