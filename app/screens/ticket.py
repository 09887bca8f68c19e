"""The shapes of the citizen's ticket. They have no place for a name, a case or another party."""

from app.domain.stop import State
from app.screens.shapes import Shape, StopShape, Time, Window, Words


class NextAct(Shape):
    """The one thing the citizen does now, or next."""

    stop: str
    service: str
    label: Words
    authority: Words
    state: State
    window: Window | None = None
    was: Time | None = None  # the start of the window told before, while that news is young
    appointment: Time | None = None
    ahead: int | None = None  # parties that go first, by the line that the clerks see
    desk: str | None = None
    desk_label: Words | None = None
    place: Words | None = None
    desks: list[str] = []  # where it is: the desk that called, else those that may
    call: str | None = None  # the id of the call to follow now
    again: bool = False
    paused: bool = False  # the service is down for the moment
    expected_back: Time | None = None


class TicketStop(StopShape):
    """A stop of the journey, with its words."""

    label: Words
    authority_label: Words
    waits_for: list[Words]  # what must be done first
    part: bool  # for some of the party only
    follows: bool = False  # in the sitting that has begun: at the same desk, without a new call
    paused: bool = False  # the service is down for the moment
    expected_back: Time | None = None


class BringPaper(Shape):
    """A paper to have at hand."""

    code: str
    label: Words
    hint: Words
    hard: bool
    seen: bool
    missing: bool


class Bring(Shape):
    """The papers of one stop."""

    service: str
    label: Words
    papers: list[BringPaper]


class Party(Shape):
    """Who came together."""

    adults: int
    children: int


class TicketScreen(Shape):
    """What one party sees of its own day."""

    seq: int
    epoch: str
    at: Time
    site: str
    number: int
    state: str  # the day of the visit: active, done, left, carried_over
    phase: str  # what the page is about: called serving away missed stay waiting, or the state of a day that is over
    party: Party
    next: NextAct | None
    stops: list[TicketStop]
    finish: Window | None
    moved: str | None = None  # why a promise was last told or moved: a code, see app.domain.outlook.REASONS
    papers: list[Bring]
    acts: list[str]  # step_out return rejoin depart reopen
    step_outs_left: int
    away_until: Time | None = None
    comes_back: str | None = None  # a local date
    comes_back_at: Time | None = None
    calendar: bool  # there is a time worth noting
    afterwards: list[Words]
    advice: Words | None = None
    onward: int = 0  # how many referrals the hand-out has
    asked: int = 0  # how many of them wait for the citizen's yes or no
    phone: str
