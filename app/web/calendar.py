"""A calendar file of the citizen's own time in the house. It never names a service, for calendars are shared."""

from datetime import datetime, timedelta

from app.domain.house import House, words
from app.screens.ticket import TicketScreen
from app.web.wording import translate

KIND = "text/calendar; charset=utf-8"
CITIZEN_WORDS = {
    "number": "Number {number}",
    "visit": "Be in the hall at this time. Your number is called there. The time can move: your ticket knows.",
    "return": "You go before others that day. Bring your ticket.",
}
"""What the file says, to citizens in every language."""


def calendar_of(screen: TicketScreen, house: House, visit: str, language: str) -> bytes | None:
    """One appointment with a reminder; None where there is no time to note. Nothing in it opens the ticket."""
    span = _span(screen)
    if span is None:
        return None
    from icalendar import Alarm, Calendar, Event  # by whoever asks first: 2 MB, and time that no start has

    event = Event()
    event.add("uid", f"{visit}@{house.site}.samedag")
    event.add("dtstamp", screen.at)
    event.add("sequence", screen.seq)
    event.add("dtstart", span[0])
    event.add("dtend", span[1])
    number = translate(CITIZEN_WORDS["number"], language).format(number=screen.number)
    event.add("summary", f"{words(house.name, language)} · {number}")
    event.add("description", translate(CITIZEN_WORDS["return" if screen.comes_back else "visit"], language))
    event.add("location", house.address)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"{words(house.name, language)} · {number}")
    alarm.add("trigger", timedelta(minutes=-15))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Samedag//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _span(screen: TicketScreen) -> tuple[datetime, datetime] | None:
    """From the next call to when the day ends; or the hour at which to come back."""
    if screen.comes_back_at is not None:
        return screen.comes_back_at, screen.comes_back_at + timedelta(hours=1)
    told = screen.next.window if screen.next else None
    begins = told.start if told else screen.next.appointment if screen.next else None
    if begins is None:
        return None
    ends = screen.finish.end if screen.finish else told.end if told else begins
    return begins, max(ends, begins + timedelta(minutes=15))
