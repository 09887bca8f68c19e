"""Every command of the API in one table: what must be true before it can be done, what is sent, and its one effect.

A route that is not in the table fails `test_every_command_of_the_api_is_in_the_table`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from app.domain.events import Kind

SITE = "/api/v1/sites/aalborg"
WALK_IN: dict[str, Any] = {"arrival": "walk_in", "services": ["cs.cpr"], "members": [{"kind": "adult"}], "anyway": True}
FAMILY = WALK_IN | {"members": [{"kind": "adult"}, {"kind": "adult"}]}
DESK = f"{SITE}/desks/cs-1"

Post = Callable[[str, Any], dict[str, Any]]
"""Sends one command that must succeed, and gives its answer."""

_refs = count(1)


@dataclass(frozen=True)
class Stage:
    """A house that a test sets up for one command, by the API itself."""

    post: Post
    get: Callable[[str], dict[str, Any]]

    def visit(self, **more: Any) -> dict[str, Any]:
        """A party that has just walked in."""
        return self.post(f"{SITE}/visits", WALK_IN | more)

    def family(self) -> dict[str, Any]:
        """A party of two."""
        return self.post(f"{SITE}/visits", FAMILY)

    def desk(self, state: str = "open") -> str:
        """The desk, with nobody in hand, in this state."""
        shown = self.get(DESK)
        if shown["in_hand"]:
            self.post(f"{DESK}/{'misses' if shown['in_hand']['stop']['state'] == 'called' else 'finishes'}", {})
            return self.desk(state)
        if shown["desk"]["state"] != "open":
            self.post(f"{DESK}/openings", {})
        if state == "closed":
            self.post(f"{DESK}/closings", {})
        return DESK

    def called(self) -> dict[str, Any]:
        """A party called to the desk."""
        visit = self.visit()
        self.post(f"{self.desk()}/calls", {"visit": visit["id"]})
        return visit

    def serving(self) -> dict[str, Any]:
        """A party that sits at the desk."""
        visit = self.called()
        self.post(f"{DESK}/starts", {})
        return visit

    def held(self) -> dict[str, Any]:
        """A party set aside."""
        visit = self.serving()
        self.post(f"{DESK}/holds", {})
        return visit

    def away(self) -> dict[str, Any]:
        """A party that stepped out."""
        visit = self.visit()
        self.post(f"{SITE}/visits/{visit['id']}/step-outs", {"minutes": 10})
        return visit


Ready = Callable[[Stage], tuple[str, Any]]
"""Sets the stage; the address and the body of the command."""


@dataclass(frozen=True)
class Command:
    """One command: its route, how it is made possible, and the kind of event that it brings about once."""

    route: str
    ready: Ready
    kind: Kind
    method: str = "POST"

    @property
    def name(self) -> str:
        """Short, for reports."""
        return self.route.removeprefix("/api/v1/")


def _visit(what: str, body: Any, kind: Kind, who: Callable[[Stage], dict[str, Any]] = Stage.visit) -> Command:
    ready: Ready = lambda stage: (f"{SITE}/visits/{who(stage)['id']}/{what}", body)
    return Command(f"/api/v1/sites/{{site}}/visits/{{visit}}/{what}", ready, kind)


def _desk(what: str, kind: Kind, body: Any = None, before: Callable[[Stage], object] = Stage.desk) -> Command:
    ready: Ready = lambda stage: (before(stage), (f"{DESK}/{what}", body or {}))[1]
    return Command(f"/api/v1/sites/{{site}}/desks/{{desk}}/{what}", ready, kind)


def _ticket(what: str, body: Any, kind: Kind, who: Callable[[Stage], dict[str, Any]] = Stage.visit) -> Command:
    ready: Ready = lambda stage: (f"/api/v1/tickets/{who(stage)['token']}/{what}", body)
    return Command(f"/api/v1/tickets/{{token}}/{what}", ready, kind)


def _resume(stage: Stage) -> tuple[str, Any]:
    return f"{DESK}/resumes", {"visit": stage.held()["id"]}


def _resumption(stage: Stage) -> tuple[str, Any]:
    stage.post(f"{SITE}/services/ihnd.career/pauses", {"notice": ""})
    return f"{SITE}/services/ihnd.career/resumptions", {}


def _bookings(stage: Stage) -> tuple[str, Any]:
    head = "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status;Bemærkning\r\n"
    return f"{SITE}/bookings", f"{head}R{next(_refs)};25-11-2026;13:10;EU-opholdsdokument;1;Booket;\r\n".encode()


COMMANDS: tuple[Command, ...] = (
    Command("/api/v1/sites/{site}/visits", lambda stage: (f"{SITE}/visits", WALK_IN), Kind.ARRIVED),
    _visit("journey", {"services": ["cs.cpr", "cs.tax"]}, Kind.PLANNED),
    _visit("papers", {"seen": ["identity"]}, Kind.PAPERS_CHECKED),
    _visit("splits", {"members": ["m2"]}, Kind.SPLIT, Stage.family),
    _visit("step-outs", {"minutes": 10}, Kind.STEPPED_OUT),
    _visit("returns", {}, Kind.RETURNED, Stage.away),
    _visit("departures", {}, Kind.ENDED),
    _visit("priority", {"on": True}, Kind.PRIORITY_SET),
    _visit("notes", {"text": "speaks a little Danish"}, Kind.NOTED),
    _visit("pathway", {"pathway": "eu_worker"}, Kind.PATHWAY_SET),
    _visit("links", {}, Kind.LINK_RENEWED),
    _visit("come-backs", {"why": "no_time"}, Kind.COME_BACK_GIVEN),
    _desk("openings", Kind.DESK_OPENED, before=lambda stage: stage.desk("closed")),
    _desk("pauses", Kind.DESK_PAUSED),
    _desk("closings", Kind.DESK_CLOSED),
    _desk("calls", Kind.CALLED, before=lambda stage: (stage.visit(), stage.desk())),
    _desk("recalls", Kind.RECALLED, before=Stage.called),
    _desk("starts", Kind.STARTED, before=Stage.called),
    _desk("misses", Kind.MISSED, before=Stage.called),
    _desk("requeues", Kind.REQUEUED, before=Stage.called),
    _desk("holds", Kind.HELD, before=Stage.serving),
    Command("/api/v1/sites/{site}/desks/{desk}/resumes", _resume, Kind.RESUMED),
    _desk("undos", Kind.UNDONE, before=Stage.called),
    _desk("finishes", Kind.FINISHED, before=Stage.serving),
    _desk("sends", Kind.REQUEUED, {"to_service": "cs.tax"}, before=Stage.serving),
    Command(
        "/api/v1/sites/{site}/services/{service}/pauses",
        lambda stage: (f"{SITE}/services/ihnd.career/pauses", {"notice": "The line is down"}),
        Kind.SERVICE_PAUSED,
    ),
    Command("/api/v1/sites/{site}/services/{service}/resumptions", _resumption, Kind.SERVICE_RESUMED),
    Command("/api/v1/sites/{site}/bookings", _bookings, Kind.BOOKING_LISTED),
    _ticket("step-outs", {"minutes": 10}, Kind.STEPPED_OUT),
    _ticket("returns", {}, Kind.RETURNED, Stage.away),
    _ticket("departures", {}, Kind.ENDED),
)

UNTRIED = frozenset(
    {
        ("POST", "/api/v1/tickets/{token}/push-subscriptions"),
        ("POST", "/api/v1/tickets/{token}/push-unsubscriptions"),
        ("POST", "/api/v1/tickets/{token}/sign-ups"),
        ("DELETE", "/api/v1/tickets/{token}/sign-ups/{sign_up}"),
        ("POST", "/api/v1/tickets/{token}/referrals/{referral}/consents"),
        ("DELETE", "/api/v1/tickets/{token}/referrals/{referral}/consents"),
        ("POST", "/api/v1/sites/{site}/visits/{visit}/phones"),
        ("POST", "/api/v1/sites/{site}/visits/{visit}/prints"),
        ("POST", "/api/v1/sites/{site}/visits/{visit}/warnings"),
        ("POST", "/api/v1/sites/{site}/visits/{visit}/referrals"),
        ("PATCH", "/api/v1/sites/{site}/visits/{visit}/referrals/{referral}"),
        ("PATCH", "/api/v1/sites/{site}/referrals/{referral}"),
        ("POST", "/api/v1/sites/{site}/programme"),
        ("POST", "/api/v1/sites/{site}/programme/imports"),
        ("PATCH", "/api/v1/sites/{site}/programme/{event}"),
        ("DELETE", "/api/v1/sites/{site}/programme/{event}"),
        ("POST", "/api/v1/sites/{site}/programme/{event}/sign-ups"),
        ("DELETE", "/api/v1/sites/{site}/programme/{event}/sign-ups/{sign_up}"),
        ("POST", "/api/v1/sites/{site}/directory"),
        ("PATCH", "/api/v1/sites/{site}/directory/{entry}"),
        ("DELETE", "/api/v1/sites/{site}/directory/{entry}"),
        ("POST", "/api/v1/sites/{site}/groups"),
        ("DELETE", "/api/v1/sites/{site}/groups/{group}"),
        ("POST", "/api/v1/sites/{site}/devices"),
        ("PATCH", "/api/v1/sites/{site}/devices/{device}"),
        ("DELETE", "/api/v1/sites/{site}/devices/{device}"),
    }
)
"""Commands of the way on, of phones and of devices, which nobody has sent several times at once yet: each is owed a row."""
