"""Pages and fragments: one template for the first load and for every push after it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import segno
from babel import Locale
from babel.dates import format_date
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import HTTPConnection

from app.domain.house import House, words
from app.resources import folder
from app.screens.citizen import Followed
from app.screens.shapes import Shape
from app.screens.ticket import TicketScreen
from app.store.store import Known
from app.web.kept_parts import BLANK, PLACE, TIME, Cut, Kept, content, cut
from app.web.wording import LANGUAGES, STAFF_LANGUAGES, catalogue, language_of, languages_at, translate

RTL = ("ar",)
STEP = timedelta(minutes=5)
CLDR = {"en": "en_GB"}
"""Where a language has several ways with dates, Europe's."""

DATES = {"weekday": "EEE", "dayofmonth": "d", "month": "LLL", "monthyear": "LLLL y", "shortday": "EEE d MMM"}
"""Parts of a date, as filters."""


@cache
def version() -> str:
    """Changes whenever a page or a script does: displays reload themselves by it."""
    digest = hashlib.sha256()
    for place in ("templates", "display"):
        for file in sorted(folder(place).rglob("*")):
            if file.is_file():
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@cache
def environment() -> Environment:
    """The templates; an unknown variable is a mistake, not a blank."""
    env = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        auto_reload=False,  # templates change with a release: not worth a look at the disk for each page
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.globals.update(asset=lambda name: f"/assets/{name}?v={version()}", qr=qr, version=version())
    return env


def qr(url: str) -> Markup:
    """A QR code as SVG that scales with its box."""
    code = segno.make(url, error="m").svg_inline(omitsize=True, border=2, dark="#000", light="#fff")
    return Markup(code)


@cache
def speaking(timezone: str, language: str) -> Mapping[str, Any]:
    """What every template can say: words, times, dates, in this language and at this time zone."""
    zone = ZoneInfo(timezone)
    said = catalogue(language)

    def ngettext(one: str, many: str, n: int, **values: object) -> str:
        return _filled(said.ngettext(one, many, n), {"num": n} | values)

    def pgettext(context: str, text: str, **values: object) -> str:
        return _filled(said.pgettext(context, text), values)

    def gettext(text: str, **values: object) -> str:
        return _filled(translate(text, language), values)

    def window(promise: Any) -> str:
        start, end = (to_five(t.astimezone(zone), w) for t, w in ((promise.start, "down"), (promise.end, "up")))
        return f"{start:%H:%M}–{end:%H:%M}"

    return {
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
        "pgettext": pgettext,
        "lang": language,
        "dir": "rtl" if language in RTL else "ltr",
        "clock": lru_cache(maxsize=64)(
            lambda at: f"{at.astimezone(zone):%H:%M}"
        ),  # of one moment for all who are shown it
        "window": window,
        "day": lambda d: format_date(_date(d, zone), "full", locale=CLDR.get(language, language)),
        "five": lambda at, way: f"{to_five(at.astimezone(zone), way):%H:%M}",
        "tongue": lambda code: Locale.parse(language).languages.get(code, code.upper()),
        "words": lambda text: words(text, language) if text else "",
        **{name: _dated(zone, shape, language) for name, shape in DATES.items()},
    }


def _filled(words: str, values: Mapping[str, object]) -> str:
    """A sentence with its places filled; where one is filled with markup, what is not markup is escaped."""
    if any(isinstance(value, Markup) for value in values.values()):
        return Markup(escape(words)) % values
    return words % values if values else words


def to_five(at: datetime, way: str) -> datetime:
    """To whole five minutes, down or up: a time is never shown as sharper than it is known."""
    past = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at - past if way == "down" or not past else at - past + STEP


def _dated(zone: ZoneInfo, shape: str, language: str) -> Callable[[date | datetime | str], str]:
    return lambda value: format_date(_date(value, zone), shape, locale=CLDR.get(language, language))


def _date(value: date | datetime | str, zone: ZoneInfo) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _rendered(template: str, context: Mapping[str, Any]) -> str:
    house = context["house"]
    env = localised(str(context["lang"]), house.timezone if house else "UTC")
    part = context["part"] or (lambda name: Markup(_rendered(name, context)))
    return env.get_template(template).render(**{**context, "part": part})


@cache
def localised(language: str, timezone: str) -> Environment:
    """The templates in one language at one time zone, as filters: compiled once, bound once."""
    env = environment().overlay()
    said = speaking(timezone, language)
    env.filters = {
        **env.filters,
        **{name: said[name] for name in ("clock", "window", "day", "words", "tongue", "five", *DATES)},
    }
    env.cache = {}
    return env


def base_context(connection: HTTPConnection, house: House | None, language: str) -> dict[str, Any]:
    """The context that every page has."""
    return {
        **speaking(house.timezone if house else "UTC", language),
        "house": house,
        "site": house.site if house else "",
        "path": connection.url.path,
        "languages": [
            code
            for code in (house.languages if house else STAFF_LANGUAGES)
            if code in languages_at(connection.url.path)
        ],
        "nonce": connection.scope.get("nonce", ""),
        "key": lambda: BLANK,
        "moving": {"place": PLACE, "time": TIME},
        "said": None,
        "token": None,
        "live_url": "",
        "push_key": _push_key(connection),
        "screen": None,
        "part": None,
    }


def _push_key(connection: HTTPConnection) -> str:
    """What a phone needs to be sent messages; nothing where this server sends none."""
    return str(getattr(getattr(connection.app.state, "ways", {}).get("push"), "public_key", ""))


def page(request: Request, template: str, house: House | None, status: int = 200, **context: Any) -> HTMLResponse:
    """A whole page in the caller's language; with `kept`, its parts are made anew only when its `screen` has changed."""
    language = context.pop("language", None) or language_of(request)
    kept: Kept | None = context.pop("kept", None)
    everything = base_context(request, house, language) | context
    if kept is not None:
        everything["part"] = _keeping(kept, everything)
    response = HTMLResponse(_finished(template, everything), status)
    if (chosen := request.query_params.get("lang")) in LANGUAGES:
        response.set_cookie(
            "lang", chosen[:2], max_age=31_536_000, samesite="lax", secure=request.url.scheme == "https"
        )
    return response


def _finished(template: str, context: Mapping[str, Any]) -> bytes:
    """A page, or a part of one, with its blanks filled."""
    made, screen = cut(_rendered(template, context)), context["screen"]
    if not isinstance(screen, TicketScreen):
        return b"".join(made.filled())
    ahead = screen.next.ahead if screen.next else None
    place = place_said(ahead, context["lang"], context["house"].timezone)
    return b"".join(made.filled(place, context["clock"](screen.at)))


@lru_cache(maxsize=1_000)
def place_said(ahead: int | None, language: str, timezone: str) -> str:
    """How many go first, in words: the same for everybody who stands there."""
    template = localised(language, timezone).get_template("citizen/place.html")
    return template.render(speaking(timezone, language), ahead=ahead)


@lru_cache(maxsize=1_000)
def _in_json(text: str) -> str:
    """A text as it stands within one of JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


Said: TypeAlias = tuple[str, Sequence[bytes]]
"""What a follower is told, in pieces, and whether it is a `screen` or `html`."""


def fragment(connection: HTTPConnection, who: str, language: str) -> Callable[[Shape, Known], Said]:
    """How a follower of pages is shown a screen: the same template, without what surrounds it."""

    def encode(screen: Shape, known: Known) -> Said:
        text = fragment_now(connection, who, known.house, screen, language).decode()
        return "html", [json.dumps(text, ensure_ascii=False).encode()]

    return encode


def ticket_fragment(connection: HTTPConnection, language: str) -> Callable[[Followed, Known], Said]:
    """The same for who follows a ticket: made anew only where more of it has changed than what moves at every call."""
    kept, token = Kept(), connection.path_params["token"]

    def make(house: House, ticket: Followed) -> Cut:
        context = base_context(connection, house, language)
        context |= {"screen": ticket.still, "token": token, "path": f"/t/{token}"}
        return cut(json.dumps(_rendered("citizen/live.html", context), ensure_ascii=False))

    def encode(ticket: Followed, known: Known) -> Said:
        house = known.house
        made = kept.part("citizen/live.html", (house, ticket.still), lambda: make(house, ticket))
        place = _in_json(place_said(ticket.ahead, language, house.timezone))
        return "html", made.filled(place, speaking(house.timezone, language)["clock"](ticket.at))

    return encode


OWN = ("said", "caller", "nonce")
"""What a page says to one reader alone: a part that others are shown as well can't know it."""


def _keeping(kept: Kept, context: Mapping[str, Any]) -> Callable[[str], Markup]:
    """How a template has a part of it: as it was, while nothing that it shows has changed; a phone's place moves at every call."""
    shows = context["house"], _without_place(context["screen"])
    shared = {name: value for name, value in context.items() if name not in OWN}
    return lambda template: kept.part(template, shows, lambda: Markup(_rendered(template, shared)))


def _without_place(screen: Shape) -> dict[str, object]:
    """What a screen says, apart from how many go first."""
    following = getattr(screen, "next", None)
    still = {"next": following.model_copy(update={"ahead": None})} if following else {}
    return content(screen) | still


def fragment_now(
    connection: HTTPConnection, who: str, house: House, screen: Shape, language: str, **more: Any
) -> bytes:
    """The fragment alone, made from nothing; also for a page that polls while its socket can't be had."""
    return _finished(f"{who}/live.html", base_context(connection, house, language) | {"screen": screen} | more)
