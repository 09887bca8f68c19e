"""The paper ticket, 80 mm wide, as bytes for an ESC/POS printer: number, link, journey, and the house's hours last."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno

from app.domain import hours
from app.domain.floor import Floor
from app.domain.house import House, words
from app.domain.stop import State
from app.domain.visit import Visit

DOTS_A_MM = 8
"""At 203 dots an inch; the printers with fewer dots print larger, never smaller."""

WIDTH = 512
"""Dots that every 80 mm printer has across."""

COLUMNS = 42
PROFILE = "TM-T20II"
"""The common 80 mm printer, and its numbers for the code pages."""

NUMBER_MM, QR_MM = 20, 26
TEXT_DOTS, BOLD = 30, 4
FONTS = ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/dejavu/DejaVuSans.ttf")
"""Have Latin and Arabic letters; another file can be set."""

ARABIC = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
PLAIN = str.maketrans(
    {
        "ț": "ţ",
        "ș": "ş",
        "Ț": "Ţ",
        "Ș": "Ş",
        "’": "'",
        "–": "-",
        "“": '"',
        "”": '"',
        "·": "-",
        "\u00a0": " ",
        "\u202f": " ",
    }
)
"""What few code pages have, as what most do."""

Say = Mapping[str, Any]


@cache
def shaping_font(path: str = "") -> Any:
    """A font with Arabic letters and what joins them, or None: then the slip is in English."""
    from PIL import ImageFont, features

    found = next((f for f in (path, *FONTS) if f and Path(f).is_file()), None)
    if found is None or not features.check("raqm"):
        return None
    return ImageFont.truetype(found, TEXT_DOTS, layout_engine=ImageFont.Layout.RAQM)


def can_print(language: str, font: str = "") -> bool:
    """Whether this language's letters come out right."""
    return language != "ar" or shaping_font(font) is not None


def slip(visit: Visit, floor: Floor, house: House, link: str, say: Say, at: datetime, font: str = "") -> bytes:
    """The whole slip, cut off at its end."""
    from escpos.printer import Dummy

    language, _ = str(say["lang"]), say["_"]
    printer = Dummy(profile=PROFILE)
    printer.hw("INIT")
    printer.set(align="center", bold=True)
    line = _writer(printer, font)
    line(words(house.name, language), "center")
    printer.set(align="center", bold=False)
    line(str(_("Your number")), "center")
    printer.image(_number(visit.number))
    line(str(_("Follow your day on your phone:")), "center")
    printer.image(_qr(link))
    printer.set(align="right" if say["dir"] == "rtl" else "left")
    for told in journey(visit, house, say):
        line(told)
    printer.set(align="center")
    line("")
    for told in opening(floor, house, say, at):
        line(told, "center")
    printer.cut()
    output: bytes = printer.output
    return output


def journey(visit: Visit, house: House, say: Say) -> list[str]:
    """What is planned, in order, each with its window where there is one."""
    language, found = str(say["lang"]), []
    stops = [s for s in visit.stops if s.state not in (State.DONE, State.DROPPED) and s.service in house.services]
    far = max((w.start for w in visit.windows.values()), default=visit.arrived_at)
    for stop in sorted(stops, key=lambda s: visit.windows[s.id].start if s.id in visit.windows else far):
        window = visit.windows.get(stop.id)
        service = house.services[stop.service]
        label = service.short.get(language) or words(service.label, language)
        found.append(f"{say['window'](window)}  {label}" if window else label)
    return found


def opening(floor: Floor, house: House, say: Say, at: datetime) -> list[str]:
    """The date and today's hours, where the house is, and its telephone."""
    _, today = say["_"], hours.whole_day(house, floor.day)
    found = [str(say["day"](at))]
    if today:
        opens, closes = map(say["clock"], today)
        found.append(str(_("Open today %(opens)s–%(closes)s", opens=opens, closes=closes)))
    return [*found, house.address, house.phone]


def _writer(printer: Any, font: str) -> Callable[..., None]:
    """Writes a line: by the printer's code pages, or drawn where letters must be joined, from the right or in the middle."""

    def line(text: str, align: str = "start") -> None:
        if ARABIC.search(text) and (drawn_with := shaping_font(font)):
            for part in _parts(text, drawn_with):
                printer.image(_drawn(part, drawn_with, align))
        else:
            printer.block_text(text.translate(PLAIN), columns=COLUMNS)
            printer.text("\n")

    return line


def _canvas(height: int) -> Any:
    from PIL import Image

    return Image.new("1", (WIDTH, height), 1)


def _number(number: int) -> Any:
    """The number, at least 18 mm high."""
    from PIL import ImageDraw, ImageFont

    text, wanted = str(number), NUMBER_MM * DOTS_A_MM
    size = 100
    box = ImageFont.load_default(size).getbbox(text)
    font = ImageFont.load_default(math.ceil(size * wanted / (box[3] - box[1])))
    left, top, right, bottom = (int(edge) for edge in font.getbbox(text))
    image = _canvas(bottom - top + 24)
    at = (WIDTH - (right - left)) // 2 - left, 12 - top
    ImageDraw.Draw(image).text(at, text, font=font, fill=0, stroke_width=BOLD, stroke_fill=0)
    return image


def _qr(link: str) -> Any:
    """The link, at least 25 mm wide without its quiet edge."""
    from PIL import ImageDraw

    rows = [list(row) for row in segno.make(link, error="m").matrix]
    scale = math.ceil(QR_MM * DOTS_A_MM / len(rows))
    side = scale * (len(rows) + 8)
    image, left = _canvas(side), (WIDTH - side) // 2
    draw = ImageDraw.Draw(image)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                at = left + (x + 4) * scale, (y + 4) * scale
                draw.rectangle((*at, at[0] + scale - 1, at[1] + scale - 1), fill=0)
    return image


def _parts(text: str, font: Any) -> list[str]:
    """The line in parts that fit across; a single word is never broken."""
    parts = [""]
    for word in text.split(" "):
        longer = f"{parts[-1]} {word}".strip()
        if parts[-1] and font.getlength(longer, direction="rtl", language="ar") > WIDTH - 8:
            parts.append(word)
        else:
            parts[-1] = longer
    return parts


def _drawn(text: str, font: Any, align: str) -> Any:
    """A line of joined letters."""
    from PIL import ImageDraw

    image = _canvas(TEXT_DOTS + 14)
    where, anchor = ((WIDTH // 2, 4), "ma") if align == "center" else ((WIDTH - 4, 4), "ra")
    ImageDraw.Draw(image).text(where, text, font=font, fill=0, anchor=anchor, direction="rtl", language="ar")
    return image
