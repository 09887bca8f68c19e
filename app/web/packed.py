"""Answers that leave packed, where the reader can unpack them: scripts and styles, and the phone's own page.

Nothing that a cookie opens is packed: what somebody else could have put beside a secret must not change its length.
A ticket's page is opened by its address alone, so whoever can ask for it knows its only secret.
"""

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

PACKABLE = (".css", ".js", ".svg", ".html")
SMALLEST = 500
"""Bytes below which packing saves nothing."""


def takes_gzip(headers: Headers) -> bool:
    """Whether the reader can unpack."""
    return "gzip" in headers.get("accept-encoding", "")


def packed(connection: HTTPConnection, response: Response) -> Response:
    """The same answer, packed if it is worth it and can be unpacked."""
    body = bytes(response.body)
    response.headers["Vary"] = "Accept-Encoding"
    if len(body) >= SMALLEST and takes_gzip(connection.headers):
        response.body = gzip.compress(body, 6)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response


@lru_cache(maxsize=200)
def _file(path: str, changed: float) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


class Assets(StaticFiles):
    """Files of pages: packed; kept for good under an address that has their version, else asked about each time."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        kept = "public, max-age=31536000, immutable" if b"v=" in scope.get("query_string", b"") else "no-cache"
        response.headers["Cache-Control"] = kept
        if response.status_code != 200 or not isinstance(response, FileResponse) or not path.endswith(PACKABLE):
            return response
        response.headers["Vary"] = "Accept-Encoding"
        if not takes_gzip(Headers(scope=scope)) or response.stat_result is None:
            return response
        named = {k: v for k, v in response.headers.items() if k in ("etag", "last-modified", "cache-control", "vary")}
        body = _file(str(response.path), response.stat_result.st_mtime)
        return Response(body, 200, {**named, "Content-Encoding": "gzip"}, response.media_type)
