"""What the pages of staff share: a live page with its fragment, and acts whose answer nobody reads."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.domain.ids import iso
from app.screens.shapes import Shape
from app.store.work import Work
from app.web.answers import store_of
from app.web.devices import machines
from app.web.render import fragment_now, page
from app.web.wording import language_of

Do = Callable[[Work], object]


async def live_page(
    request: Request, site: str, who: str, show: Callable[..., Shape], live: str, **more: Any
) -> Response:
    """A live page, or its fragment for a page that polls."""
    store = store_of(request)
    known = await store.known(site)
    p, look = known.picture, request.app.state.hub.look(site, known)
    screen = show(p.floor, known.house, look.at, p.seq, p.epoch, look.lines)
    if who in ("floorwalker", "manager"):
        screen = screen.model_copy(update=machines(request, site))
    language = language_of(request)
    if request.query_params.get("fragment"):
        text = fragment_now(request, who, known.house, screen, language)
        return Response(text, 200, {"X-Seq": str(p.seq), "X-Epoch": p.epoch, "X-At": iso(look.at)}, "text/html")
    shown = {
        "screen": screen,
        "live_url": f"{live}?lang={language}",
        "kept": request.app.state.kept_parts.of((live, language)),
    }
    return page(request, f"{who}/page.html", known.house, more.pop("status", 200), **shown, **more)


def nothing(_: object) -> Mapping[str, Any]:
    """The body of an answer that nobody reads."""
    return {}
