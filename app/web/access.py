"""Access: who calls, and whether this route is theirs. Every route declares its roles."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.store import access, devices
from app.store.access import Holder
from app.store.store import Store
from app.web.errors import Problem

ROLES = ("clerk", "floorwalker", "manager", "admin", "display", "kiosk")
STAFF = ("clerk", "floorwalker", "manager", "admin")
COOKIE = "samedag"
KIOSK_COOKIE = "samedag-kiosk"
REMEMBERED_SECONDS = 3.0
"""A token that was ended is refused everywhere within this time, without asking the database at each request."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, at which site, as what."""

    site: str
    name: str
    role: str
    desks: tuple[str, ...]

    @property
    def actor(self) -> str:
        """How the log names them."""
        return f"{self.role}:{self.name}"


class Doorkeeper:
    """Knows tokens for a moment."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[float, Holder | None]] = {}

    async def holder(self, token: str) -> Holder | None:
        """Whom a token stands for."""
        until, holder = self._known.get(token, (0.0, None))
        if time.monotonic() < until:
            return holder
        at = self._store.clock()
        holder = await self._store.read(lambda db: access.holder_of(db, token, at))
        if len(self._known) > 10_000:
            self._known.clear()
        if holder is not None:
            self._known[token] = (time.monotonic() + REMEMBERED_SECONDS, holder)
        return holder

    async def kiosk(self, site: str, token: str) -> Holder | None:
        """Whom a kiosk's token stands for. It is asked anew each time: an unpaired kiosk is out at once."""
        return await self._store.read(lambda db: devices.kiosk_of(db, site, token))

    def forget(self, token: str) -> None:
        """Ask the database at the next request."""
        self._known.pop(token, None)


def token_in(connection: HTTPConnection) -> str | None:
    """The bearer token or the session cookie of a request."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    return connection.cookies.get(f"__Host-{COOKIE}") or connection.cookies.get(COOKIE)


def kiosk_token(connection: HTTPConnection) -> str | None:
    """The token in a kiosk's cookie. It opens the kiosk of the house that paired it, and nothing else."""
    token = connection.cookies.get(f"__Host-{KIOSK_COOKIE}") or connection.cookies.get(KIOSK_COOKIE)
    return token if token and 20 <= len(token) <= 100 else None


async def caller_of(connection: HTTPConnection) -> Caller | None:
    """Who calls, if they are known."""
    doorkeeper: Doorkeeper = connection.app.state.doorkeeper
    token, holder = token_in(connection), None
    if token is not None and len(token) <= 200:
        holder = await doorkeeper.holder(token)
    if holder is None:
        kiosk, site = kiosk_token(connection), connection.path_params.get("site")
        if kiosk is not None and site is not None:
            holder = await doorkeeper.kiosk(site, kiosk)
    return Caller(holder.site, holder.name, holder.role, holder.desks) if holder else None


async def admitted(connection: HTTPConnection, roles: tuple[str, ...]) -> Caller:
    """The caller, if one of `roles` (an admin is every staff role), at the site and desk that the address names."""
    caller = await caller_of(connection)
    if caller is None:
        raise Problem(401, "not_signed_in")
    connection.state.caller = caller  # for the page that says no, and leads home
    site, desk = connection.path_params.get("site"), connection.path_params.get("desk")
    if site is not None and site != caller.site:
        raise Problem(403, "not_yours")
    if caller.role not in roles and caller.role != "admin":
        raise Problem(403, "not_yours")
    if desk is not None and caller.role == "clerk" and desk not in caller.desks:
        raise Problem(403, "not_yours")
    return caller


def allow(*roles: str) -> Callable[[HTTPConnection], Awaitable[Caller]]:
    """A dependency that admits these roles only."""

    async def dependency(connection: HTTPConnection) -> Caller:
        return await admitted(connection, roles)

    dependency.roles = roles  # type: ignore[attr-defined]  # read by the test that every route declares its roles
    return dependency


Staff = Annotated[Caller, Depends(allow(*STAFF))]
Clerk = Annotated[Caller, Depends(allow("clerk", "floorwalker"))]
Floorwalker = Annotated[Caller, Depends(allow("floorwalker", "manager"))]
Reception = Annotated[Caller, Depends(allow("floorwalker", "kiosk", "manager"))]
Manager = Annotated[Caller, Depends(allow("manager"))]
Anybody = Annotated[Caller, Depends(allow(*ROLES))]
