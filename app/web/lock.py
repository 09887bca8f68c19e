"""A shared PC: locking ends the session, and the way in leads back to the same page, for the same person or another."""

import re
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.store import access
from app.store.access import Holder
from app.web.access import COOKIE, caller_of, token_in
from app.web.answers import store_of
from app.web.forms import read_form

router = APIRouter(include_in_schema=False)

LOCK_MINUTES = 10
"""So long may a clerk's page lie untouched."""

_STAFF_PAGE = re.compile(r"/sites/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


@router.post("/lock")
async def lock(request: Request) -> Response:
    """The session is over; only the password brings it back, to where one was."""
    form, caller = await read_form(request), await caller_of(request)
    token, store = token_in(request), store_of(request)
    if token is not None:
        at = store.clock()
        await store.write(lambda db: access.end_token(db, token, at))
        request.app.state.doorkeeper.forget(token)
    asked = urlencode({"to": form.text("to", 200) or "", "name": caller.name if caller else ""})
    response = RedirectResponse(f"/?{asked}", 303)
    response.delete_cookie(COOKIE, path="/")
    response.delete_cookie(f"__Host-{COOKIE}", path="/", secure=True)
    return response


def way_back(to: str, holder: Holder) -> str:
    """Where a sign-in leads: to the page that was locked if it is this person's as well, else home."""
    if not _STAFF_PAGE.fullmatch(to) or not to.startswith(f"/sites/{holder.site}/"):
        return "/"
    if holder.role == "clerk" and to not in {f"/sites/{holder.site}/desks/{desk}" for desk in holder.desks}:
        return "/"
    return to
