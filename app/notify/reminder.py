"""Messages about events: who signed up is told what has changed, or that it is soon, long after their day in the house."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.domain.events import Kind
from app.domain.house import words
from app.domain.programme import Occasion, starts_at
from app.domain.visit import Visit
from app.notify.ways import Errand, NotTaken
from app.store import floors, programme, referrals
from app.store.links import derived
from app.store.outbox import Letter
from app.store.store import Known, Store
from app.store.work import Work

Speak = Callable[[str], Mapping[str, Any]]


async def reminder(store: Store, known: Known, letter: Letter, say: Speak, base: str) -> Errand:
    """All that is needed, as it is true now; raises where there is nothing to be said any more."""
    occasion, visit, address = await store.read(lambda db: _found(db, known, letter))
    off = letter.body["say"] == "cancelled"
    if occasion is None or visit is None or address is None or occasion.cancelled != off:
        raise NotTaken("past")
    begins = starts_at(occasion, ZoneInfo(known.house.timezone))
    if begins <= store.clock():
        raise NotTaken("past")
    spoken = say(visit.language)
    places = {
        "event": words(occasion.title, visit.language),
        "day": spoken["day"](begins),
        "time": spoken["clock"](begins),
    }
    told = _told(spoken["_"], letter.body["say"], places)
    token = derived(store.secret, f"way|{letter.site}|hand_out|{letter.visit}")
    return Errand(letter, known, visit, address, spoken, f"{base}/h/{token}", told)


def _told(_: Callable[..., str], say: str, places: Mapping[str, Any]) -> str:
    """The message. An event's title is public; who comes is not said."""
    if say == "cancelled":
        return str(_("Cancelled: %(event)s, %(day)s at %(time)s.", **places))
    if say == "moved_up":
        return str(_("There is room for you now: %(event)s, %(day)s at %(time)s.", **places))
    if say == "new_time":
        return str(_("There is a new time: %(event)s, %(day)s at %(time)s.", **places))
    return str(_("Do you remember? %(event)s, %(day)s at %(time)s.", **places))


def _found(db: Connection, known: Known, letter: Letter) -> tuple[Occasion | None, Visit | None, str | None]:
    """The event, the visit that signed up, and the phone; none of them where it was taken back meanwhile."""
    site, about = letter.site, str(letter.body["about"])
    occasion = programme.programme(db, known.house).get(str(letter.body["event"]))
    kept = referrals.hand_out(db, site, letter.visit)
    if occasion is None or kept is None:
        return None, None, None
    visit = floors.read_floor(db, site, kept.day).visits.get(letter.visit)
    return occasion, visit, referrals.words(db, site, about).get(str(letter.body["to"]))


def forget_phone(work: Work, about: str, kind: str) -> None:
    """A phone that takes no messages any more is forgotten."""
    referrals.keep_words(work, about, {kind: ""}, work.at)
    work.record(Kind.WORDS_FORGOTTEN, count=1)
