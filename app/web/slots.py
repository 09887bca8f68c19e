"""Slots over HTTP: join a time to a visit, let another desk take it."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.actions import slots
from app.screens.shapes import VisitShape
from app.web.access import Floorwalker
from app.web.bodies import EmptyBody, SlotBody
from app.web.visits import on_visit

router = APIRouter(prefix="/api/v1/sites/{site}/visits", tags=["visits"])


@router.post("/{visit}/slots", response_model=VisitShape)
async def join_slot(request: Request, site: str, visit: str, body: SlotBody, caller: Floorwalker) -> JSONResponse:
    """A time that an authority's own booking system gave this party belongs to this visit."""
    return await on_visit(request, site, caller.actor, lambda w: slots.join_slot(w, visit, body.booking_ref))


@router.post("/{visit}/other-desks", response_model=VisitShape)
async def any_desk(request: Request, site: str, visit: str, body: EmptyBody, caller: Floorwalker) -> JSONResponse:
    """What was given to the party at one desk may be done at any other that does it."""
    return await on_visit(request, site, caller.actor, lambda w: slots.any_desk(w, visit))
