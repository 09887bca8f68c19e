"""The cells of a booking list: what is written in each of them -> a value, or a refusal that never repeats the cell."""

import re
import unicodedata
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


class CellRefused(Exception):
    """A row cannot be taken because of one cell: a stable code, what is wrong, and what to do about it."""

    def __init__(self, code: str, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.remedy = remedy


def plain(text: str) -> str:
    """A name as it is compared: small letters and figures only, Danish letters as their nearest Latin ones."""
    text = unicodedata.normalize("NFC", text).casefold()
    for written, compared in (
        ("\u00e6", "ae"),
        ("\u00f8", "o"),
        ("\u00e5", "a"),
        ("oe", "o"),
        ("aa", "a"),
    ):
        text = text.replace(written, compared)
    return re.sub("[^a-z0-9]", "", unicodedata.normalize("NFKD", text))


def read_ref(cell: str) -> str:
    """A booking number: 1 to 32 letters, figures and hyphens, otherwise opaque."""
    if not cell:
        raise CellRefused("missing_ref", "The row has no booking number.", "Write the booking number.")
    if not re.fullmatch("[A-Za-z0-9-]{1,32}", cell):
        raise CellRefused(
            "bad_ref",
            "The booking number cannot be read.",
            "Use 1 to 32 letters A-Z, figures and hyphens.",
        )
    return cell


_MIDNIGHT = "(?:[T ]+00?[:.]00(?:[:.]00)?)?"  # a spreadsheet may write the time of a day as well
_DANISH_DAY = re.compile(rf"([0-9]{{1,2}}) ?[-./ ] ?([0-9]{{1,2}}) ?[-./ ] ?((?:20)?[0-9]{{2}}){_MIDNIGHT}")
_ISO_DAY = re.compile(rf"(20[0-9]{{2}})-([0-9]{{1,2}})-([0-9]{{1,2}}){_MIDNIGHT}")


def read_day(cell: str) -> date:
    """A date of this century: 25-11-2026, 25.11.26, 25/11/2026 or 2026-11-25. The day comes before the month."""
    danish, iso = _DANISH_DAY.fullmatch(cell), _ISO_DAY.fullmatch(cell)
    try:
        if danish:
            return date(2000 + int(danish[3]) % 100, int(danish[2]), int(danish[1]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        pass
    raise CellRefused(
        "bad_date",
        "The date cannot be read.",
        "Write it as 25-11-2026, the day before the month.",
    )


_TIME = re.compile(r"(?:kl(?:okken)?\.?\s*)?([0-9]{1,2})(?:[:.]?([0-9]{2}))(?:[:.]00)?", re.IGNORECASE)


def read_time(cell: str) -> time:
    """A time of the day to the minute: 08:30, 8.30, 0830, kl. 8.30 or 08:30:00."""
    written = _TIME.fullmatch(cell)
    if written and int(written[1]) < 24 and int(written[2]) < 60:
        return time(int(written[1]), int(written[2]))
    raise CellRefused("bad_time", "The time cannot be read.", "Write it as 08:30.")


def to_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment in UTC: the first of two when clocks go back; refused if clocks go forward past it."""
    local = datetime.combine(day, at)
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise CellRefused(
            "bad_time",
            "Clocks go forward past this time on that date.",
            "Check the time and the date.",
        )
    return moment


MOST_PERSONS = 20


def read_persons(cell: str) -> int:
    """How many come together: 1 to 20."""
    written = re.fullmatch("([0-9]{1,3})(?:[.,]0+)?", cell)
    if written and 1 <= int(written[1]) <= MOST_PERSONS:
        return int(written[1])
    raise CellRefused(
        "bad_persons",
        "The number of persons cannot be read.",
        f"Write a whole number from 1 to {MOST_PERSONS}.",
    )


LONGEST = 240


def read_minutes(cell: str) -> float:
    """How many minutes are reserved: a whole number from 1 to 240, or hours and minutes as 0:30."""
    written = re.fullmatch(r"(?:([0-9]):)?([0-9]{1,3})(?:[.,]0+)?(?: ?min\w*\.?)?", cell)
    minutes = int(written[1] or 0) * 60 + int(written[2]) if written else 0
    if 1 <= minutes <= LONGEST:
        return float(minutes)
    raise CellRefused(
        "bad_minutes",
        "The number of minutes cannot be read.",
        f"Write a whole number from 1 to {LONGEST}.",
    )


# A booking marked as not met is over just like one called off: nobody is expected.
_CANCELLED = {
    **dict.fromkeys(("booket", "booked", "bekraeftet", "confirmed", "reserveret", "reserved"), False),
    **dict.fromkeys(("aflyst", "annulleret", "cancelled", "canceled"), True),
    **dict.fromkeys(("udeblevet", "udebleven", "noshow", "didnotattend", "missed"), True),
}


def read_status(cell: str) -> bool:
    """Whether the booking is cancelled, that is, nobody is expected any more."""
    status = plain(cell)
    if status in _CANCELLED:
        return _CANCELLED[status]
    raise CellRefused(
        "unknown_status",
        "The status is missing or unknown.",
        "Write Booket, Aflyst or Udeblevet (booked, cancelled, no-show).",
    )


_WORD = r"(?:tolk|interpret)\w*"
_DENIED = re.compile(
    r"\b(?:ingen|uden|fravalgt|(?:ikke|ej) (?:brug|behov) for|behøver ikke|(?:skal|vil) ikke (?:have|bruge)"
    rf"|no|without|no need (?:for|of)|(?:not|\w+n't) (?:need|require|want)) (?:(?:en|nogen|an|any) )?{_WORD}"
    rf"|\b{_WORD} ?[:=-]? ?(?:(?:er|is) )?(?:nej\b|no\b|unødvendig|aflyst|cancel"
    r"|(?:ikke|ej) (?:nødvendig|påkrævet|relevant)|not (?:needed|necessary|required|relevant))"
)
_WISHED = re.compile(r"(?<!for)tolk|\binterpret")


def reads_interpreter(remark: str) -> bool:
    """Whether the sitting is interpreted, also by their own, and so longer. Nothing else is read from a remark."""
    words = " ".join(unicodedata.normalize("NFC", remark).casefold().replace("\u2019", "'").split())
    return bool(_WISHED.search(_DENIED.sub(" ", words)))
