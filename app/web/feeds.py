"""The programme for calendars and feed readers: iCalendar with the house's time zone in it, and RSS."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring
from zoneinfo import ZoneInfo

from app.domain.house import House, words
from app.domain.programme import Occasion, starts_at
from app.web.wording import translate

if TYPE_CHECKING:
    from icalendar import Event

RSS = "application/rss+xml; charset=utf-8"


def calendar_of(
    house: House, occasions: Iterable[Occasion], versions: Mapping[str, int], at: datetime, base: str, language: str
) -> bytes:
    """Events as a calendar. Times are the wall clock with its zone, so that a calendar shows what the house means."""
    from icalendar import Calendar  # by whoever asks first: 2 MB, and time that no start has

    found = Calendar()
    found.add("prodid", "-//Samedag//EN")
    found.add("version", "2.0")
    found.add("name", words(house.name, language))
    found.add("x-wr-calname", words(house.name, language))
    for occasion in occasions:
        found.add_component(_event(house, occasion, versions.get(occasion.code, 0), at, base, language))
    found.add_missing_timezones()
    return bytes(found.to_ical())


def _event(house: House, occasion: Occasion, version: int, at: datetime, base: str, language: str) -> "Event":
    from icalendar import Event

    zone = ZoneInfo(house.timezone)
    night = timedelta(days=occasion.ends <= occasion.starts)
    made = Event()
    made.add("uid", f"{occasion.code}@{house.site}.samedag")
    made.add("dtstamp", at)
    made.add("sequence", version)
    made.add("dtstart", datetime.combine(occasion.day, occasion.starts, zone))
    made.add("dtend", datetime.combine(occasion.day + night, occasion.ends, zone))
    made.add("summary", words(occasion.title, language))
    made.add("location", occasion.place)
    if occasion.text:
        made.add("description", words(occasion.text, language))
    made.add("url", address(base, house.site, occasion.code))
    made.add("status", "CANCELLED" if occasion.cancelled else "CONFIRMED")
    return made


def address(base: str, site: str, code: str) -> str:
    """The page of an event."""
    return f"{base}/sites/{site}/programme/{code}"


def rss_of(house: House, occasions: Iterable[Occasion], base: str, language: str) -> bytes:
    """Events as RSS 2.0, the next first; each says its own time with its offset from UTC."""
    zone = ZoneInfo(house.timezone)
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    home = f"{base}/sites/{house.site}/programme"
    title = f"{words(house.name, language)}: {translate('Programme', language)}"
    for name, value in (("title", title), ("link", home), ("description", title), ("language", language)):
        SubElement(channel, name).text = value
    for occasion in occasions:
        item = SubElement(channel, "item")
        begins = starts_at(occasion, zone).astimezone(zone)
        called_off = f"{translate('Cancelled', language)}: " if occasion.cancelled else ""
        SubElement(item, "title").text = f"{called_off}{words(occasion.title, language)}"
        SubElement(item, "link").text = address(base, house.site, occasion.code)
        SubElement(item, "guid", isPermaLink="false").text = f"{occasion.code}@{house.site}.samedag"
        SubElement(item, "description").text = _told(occasion, begins, language)
    return str(tostring(root, encoding="unicode", xml_declaration=True)).encode()


def _told(occasion: Occasion, begins: datetime, language: str) -> str:
    day: date = begins.date()
    ends = f"{occasion.ends:%H:%M}"
    when = f"{day:%d-%m-%Y} {begins:%H:%M}–{ends} ({begins:%z})"
    return "\n".join(
        part for part in (when, occasion.place, words(occasion.text, language) if occasion.text else "") if part
    )
