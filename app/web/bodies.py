"""What the outside may send. A field that is not here is refused, so that a typing mistake is never silently ignored."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9._:-]+$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Minutes = Annotated[int, Field(ge=1, le=600)]
Moment = AwareDatetime
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
"""A day that a house may be asked about. The first and last there are have no day before or after them to reckon with."""


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MemberBody(Body):
    """A person: a kind, perhaps an age. There is no field for a name."""

    kind: Literal["adult", "child"]
    age: Annotated[int, Field(ge=0, le=120)] | None = None


class VisitBody(Body):
    """Who has come."""

    arrival: Literal["walk_in", "booked", "referred"]
    booking_ref: Code | None = None
    pathway: Code | None = None
    services: Annotated[list[Code], Field(max_length=12)] = []
    members: Annotated[list[MemberBody], Field(min_length=1, max_length=20)]
    language: Language = "en"
    priority: bool = False
    interpreter: Language | None = None
    leave_by: Moment | None = None
    number: int | None = None
    anyway: bool = False
    print: bool = False  # a paper ticket, where the house has a printer


class JourneyBody(Body):
    """What is to be planned for today; without services, what is open."""

    services: Annotated[list[Code], Field(max_length=12)] | None = None
    dry_run: bool = False
    leave_by: Moment | None = None


class SlotBody(Body):
    """A time from an authority's own booking system."""

    booking_ref: Code


class PapersBody(Body):
    """Papers that were looked for."""

    seen: Annotated[list[Code], Field(max_length=60)] = []
    missing: Annotated[list[Code], Field(max_length=60)] = []


class SplitBody(Body):
    """Who goes on with a number of their own."""

    members: Annotated[list[Code], Field(min_length=1, max_length=20)]


class MinutesBody(Body):
    """For how long."""

    minutes: Minutes


class PriorityBody(Body):
    """On or off; never why."""

    on: bool


class NoteBody(Body):
    """A word for colleagues, until the day closes."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class PathwayBody(Body):
    """Which kind of newcomer."""

    pathway: Code


class PauseBody(Body):
    """A break, with or without an end."""

    until: Moment | None = None


class OutageBody(Body):
    """A service is down."""

    expected_back: Moment | None = None
    notice: Annotated[str, StringConstraints(max_length=2000)] = ""


class CallBody(Body):
    """Nothing for the next; a visit for that one."""

    visit: Code | None = None


class PhoneBody(Body):
    """A telephone number for SMS; Danish where no country is said."""

    phone: Annotated[str, StringConstraints(min_length=8, max_length=30)]


class PushKeys(Body):
    """The keys that only this phone has the other half of."""

    p256dh: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{80,100}={0,2}$")]
    auth: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,30}={0,2}$")]


class PushBody(Body):
    """A push subscription, as a browser's `PushSubscription.toJSON()` gives it."""

    endpoint: Annotated[str, StringConstraints(min_length=10, max_length=1000)]
    keys: PushKeys
    expirationTime: float | None = None  # noqa: N815  # the browser's own name


class EmptyBody(Body):
    """Nothing to say."""


class VisitNamed(Body):
    """Which visit."""

    visit: Code | None = None


class FinishBody(Body):
    """How a stop ended."""

    outcome: Code | None = None
    outcomes: Annotated[dict[Code, Code], Field(max_length=20)] | None = None
    add: Annotated[list[Code], Field(max_length=12)] = []
    hand_over: bool | None = None


class SendBody(Body):
    """Where to."""

    to_service: Code
    note: Annotated[str, StringConstraints(max_length=2000)] | None = None
