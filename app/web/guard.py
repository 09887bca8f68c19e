"""The guard: one code path for HTTP and sockets that keeps other origins out and sets the headers of every answer."""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = ("GET", "HEAD", "OPTIONS")
LARGEST = 2_100_000
"""Bytes of a request; a booking list is the largest that is meant to come."""


class Guard:
    """Refuses writes and sockets that another origin's page sends with our cookies; adds the security headers."""

    def __init__(self, app: App, base_url: str) -> None:
        self._app = app
        self._home = urlsplit(base_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then go on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        writes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if writes and self._foreign(headers):
            await self._refuse(scope, receive, send, 403, "not_yours", "This came from another site's page.")
            return
        length = headers.get(b"content-length", b"") or b"0"
        if not length.isdigit():
            await self._refuse(scope, receive, send, 400, "bad_request", "The request could not be read.")
            return
        if int(length[:20]) > LARGEST:
            await self._refuse(scope, receive, send, 413, "too_large", "That is too large.")
            return
        # An answer to a program holds no script that would need one.
        scope["nonce"] = "" if scope["path"].startswith("/api/") else secrets.token_urlsafe(16)
        if b"transfer-encoding" in headers:
            receive = _counted(receive)
        await self._app(scope, receive, _with_headers(send, scope["nonce"]) if scope["type"] == "http" else send)

    def _foreign(self, headers: dict[bytes, bytes]) -> bool:
        """Programs send neither header; a browser says where its page is from, and can't be made to lie about it.

        `Sec-Fetch-Site` decides where it is sent: under our own referrer policy a form's `Origin` is null.
        """
        site = headers.get(b"sec-fetch-site")
        if site is not None:
            return site not in (b"none", b"same-origin")
        origin = headers.get(b"origin")
        if origin is None:
            return False
        host = headers.get(b"host", b"").decode("latin-1")
        try:
            return urlsplit(origin.decode("latin-1")).netloc not in (self._home, host)
        except ValueError:  # no address at all is not ours
            return True

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, status: int, code: str, detail: str) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403})
            return
        body = {
            "type": f"urn:samedag:problem:{code}",
            "title": "Refused",
            "status": status,
            "detail": detail,
            "code": code,
        }
        await JSONResponse(body, status, media_type="application/problem+json")(scope, receive, send)


def _counted(receive: Receive) -> Receive:
    """A body that did not say how long it is, up to where it is too long."""
    come = 0

    async def counted() -> MutableMapping[str, Any]:
        nonlocal come
        message = await receive()
        come += len(message.get("body", b""))
        if come > LARGEST:
            raise HTTPException(413)
        return message

    return counted


def policy_of(nonce: str, framed_by: str = "'none'") -> str:
    """What a page of ours may load; and whose pages may show it within them: nobody's, unless a page says otherwise."""
    script = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    return (
        f"default-src 'self'; script-src {script}; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws: wss:; frame-ancestors {framed_by}; base-uri 'none'; form-action 'self'; object-src 'none'"
    )


_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)


def _with_headers(send: Send, nonce: str) -> Send:
    async def with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            known = {name for name, _ in message["headers"]}
            extra = ((b"content-security-policy", policy_of(nonce).encode()), *_ALWAYS)
            message["headers"] = [*message["headers"], *(h for h in extra if h[0] not in known)]
        await send(message)

    return with_headers
