"""The manager's page."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.screens import manager as manager_screen
from app.web.access import Manager
from app.web.live_page import live_page

router = APIRouter(prefix="/sites/{site}", include_in_schema=False)


@router.get("/manager")
async def manager_page(request: Request, site: str, caller: Manager) -> Response:
    """Today in figures."""
    more = {"path": f"/sites/{site}/manager", "caller": caller}
    return await live_page(request, site, "manager", manager_screen.show, f"/live/sites/{site}/manager", **more)
