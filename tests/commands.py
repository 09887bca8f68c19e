"""Every command of the API in one table: what must be true before it can be done, what is sent, and its one effect.

A route that is not in the table fails `test_every_command_of_the_api_is_in_the_table`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from app.domain.events import Kind

SITE = "/api/v1/sites/aalborg"
WALK_IN: dict[str, Any] = {"arrival": "walk_in", "services": ["cs.cpr"], "members": [{"kind": "adult"}], "anyway": True}
FAMILY = WALK_IN | {"members": [{"kind": "adult"}, {"kind": "adult"}]}
DESK = f"{SITE}/desks/cs-1"

PHONE = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/a-phone",
    "keys": {"p256dh": "B" * 87, "auth": "c2l4dGVlbiBieXRlcy4uLg"},
}

Post = Callable[[str, Any], dict[str, Any]]
"""Sends one command that must succeed, and gives its answer."""

_refs = count(1)


@dataclass(frozen=True)
class Stage:
    """A house that a test sets up for one command, by the API itself."""

    post: Post
    get: Callable[[str], dict[str, Any]]
    stranger: Callable[[], str]  # a screen that asks to be paired: its code

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

    def reachable(self) -> dict[str, Any]:
        """A party whose phone is told."""
        visit = self.visit()
        self.post(f"/api/v1/tickets/{visit['token']}/push-subscriptions", PHONE)
        return visit

    def doubtful(self) -> dict[str, Any]:
        """A party that may not reach the doctor's desk today: that is out of order since they came."""
        service = f"{SITE}/services/cs.doctor"
        self.post(f"{service}/pauses", {"notice": ""})
        self.post(f"{service}/resumptions", {})
        visit = self.visit(services=["cs.doctor"])
        self.post(f"{service}/pauses", {"notice": ""})
        return visit

    def slot(self) -> str:
        """A time at one of the tax desks that nobody has come for."""
        hour, minute = divmod(540 + next(_refs) % 350, 60)
        row = f"Skranke;Dato;Tid;Minutter;Ydelse\ncs-3;25-11-2026;{hour:02d}:{minute:02d};20;cs.tax\n"
        self.post(f"{SITE}/bookings", row.encode())
        return f"cs-cs-3-{hour:02d}{minute:02d}"

    def bound(self) -> dict[str, Any]:
        """A party with a time at one desk only."""
        visit, ref = self.visit(), self.slot()
        self.post(f"{SITE}/visits/{visit['id']}/slots", {"booking_ref": ref})
        return visit

    def referred(self, **more: Any) -> tuple[dict[str, Any], str]:
        """A party that was told of the hosts; the referral."""
        visit = self.visit()
        made = self.post(f"{SITE}/visits/{visit['id']}/referrals", {"to": "host", "consent": True} | more)
        return visit, made["id"]

    def occasion(self) -> str:
        """An event that nobody has signed up for."""
        made: str = self.post(f"{SITE}/programme", occasion())["events"][0]["code"]
        return made

    def signed_up(self) -> tuple[dict[str, Any], str, str]:
        """A party with a place at an event; the event, the place."""
        visit, event = self.visit(), self.occasion()
        made = self.post(f"{SITE}/programme/{event}/sign-ups", {"visit": visit["id"]})
        return visit, event, made["id"]

    def entry(self) -> str:
        """An entry of the directory."""
        made: str = self.post(f"{SITE}/directory", entry())["code"]
        return made

    def group(self) -> str:
        """A company that comes tomorrow."""
        made: str = self.post(f"{SITE}/groups", COMPANY)["id"]
        return made

    def display(self) -> str:
        """A display that staff know."""
        made: str = self.post(f"{SITE}/devices", {"code": self.stranger(), "name": "Hall"})["id"]
        return made


COMPANY = {
    "company": "Example Ltd",
    "day": "2026-11-26",
    "starts": "10:00",
    "wanted": [{"pathway": "nordic", "persons": 1}],
}


def occasion() -> dict[str, Any]:
    """An event in two weeks, under a code that was never used."""
    words = {"da": "Aften", "en": "Evening"}
    facts = {"day": "2026-12-10", "starts": "17:00", "ends": "19:00", "place": "Nordkraft"}
    return {"code": f"evening-{next(_refs)}", "title": words, **facts}


def entry() -> dict[str, Any]:
    """An organisation, under a code that was never used."""
    return {"code": f"club-{next(_refs)}", "kind": "organisation", "label": {"da": "Klub", "en": "Club"}}


Ready = Callable[[Stage], tuple[str, Any]]
"""Sets the stage; the address and the body of the command."""


@dataclass(frozen=True)
class Command:
    """One command: its route, how it is made possible, and what it brings about once: an event of this kind, or a row."""

    route: str
    ready: Ready
    effect: Kind | str  # the kind of the event; or, where no event tells of it, the rows that are one more afterwards
    method: str = "POST"
    seldom: bool = False  # so few times a minute that it is tried in the first round only

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


def _slot(stage: Stage) -> tuple[str, Any]:
    return f"{SITE}/visits/{stage.visit()['id']}/slots", {"booking_ref": stage.slot()}


def _season(_: Stage) -> tuple[str, Any]:
    head = "Kode;Dato;Start;Slut;Titel;Sted\r\n"
    return (
        f"{SITE}/programme/imports",
        f"{head}season-{next(_refs)};10-12-2026;17:00;19:00;Aften;Nordkraft\r\n".encode(),
    )


def _sign_up(stage: Stage) -> tuple[str, Any]:
    return f"{SITE}/programme/{stage.occasion()}/sign-ups", {"visit": stage.visit()["id"], "persons": 2}


def _leaving(stage: Stage) -> tuple[str, Any]:
    _, event, place = stage.signed_up()
    return f"{SITE}/programme/{event}/sign-ups/{place}", None


def _own_sign_up(stage: Stage) -> tuple[str, Any]:
    return f"/api/v1/tickets/{stage.visit()['token']}/sign-ups", {"event": stage.occasion()}


def _own_leaving(stage: Stage) -> tuple[str, Any]:
    visit, _, place = stage.signed_up()
    return f"/api/v1/tickets/{visit['token']}/sign-ups/{place}", None


def _outcome(stage: Stage) -> tuple[str, Any]:
    visit, referral = stage.referred()
    return f"{SITE}/visits/{visit['id']}/referrals/{referral}", {"outcome": "met"}


def _withdrawal(stage: Stage) -> tuple[str, Any]:
    return f"{SITE}/referrals/{stage.referred()[1]}", {"consent": "withdrawn"}


def _consent(stage: Stage) -> tuple[str, Any]:
    visit, referral = stage.referred(consent=False, ask=True)
    return f"/api/v1/tickets/{visit['token']}/referrals/{referral}/consents", {"agree": True}


def _taken_back(stage: Stage) -> tuple[str, Any]:
    visit, referral = stage.referred()
    return f"/api/v1/tickets/{visit['token']}/referrals/{referral}/consents", None


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
    replace(_ticket("push-subscriptions", PHONE, Kind.REACHABLE), seldom=True),
    replace(_ticket("push-unsubscriptions", PHONE, Kind.REACHABLE, Stage.reachable), seldom=True),
    _visit("phones", {"phone": "+45 20 30 40 50"}, Kind.REACHABLE),
    _visit("prints", {}, "outbox WHERE way = 'print'"),
    _visit("warnings", {}, Kind.WARNED, Stage.doubtful),
    Command("/api/v1/sites/{site}/visits/{visit}/slots", _slot, Kind.SLOT_JOINED),
    _visit("other-desks", {}, Kind.BOOKING_LISTED, Stage.bound),
    _visit("referrals", {"to": "host", "consent": True, "note": "in the evening"}, Kind.REFERRED),
    Command("/api/v1/sites/{site}/visits/{visit}/referrals/{referral}", _outcome, Kind.REFERRAL_ENDED, "PATCH"),
    Command("/api/v1/sites/{site}/referrals/{referral}", _withdrawal, Kind.CONSENT_CHANGED, "PATCH"),
    Command("/api/v1/tickets/{token}/referrals/{referral}/consents", _consent, Kind.CONSENT_CHANGED),
    Command("/api/v1/tickets/{token}/referrals/{referral}/consents", _taken_back, Kind.CONSENT_CHANGED, "DELETE"),
    Command("/api/v1/sites/{site}/programme", lambda _: (f"{SITE}/programme", occasion()), Kind.PROGRAMME_CHANGED),
    Command("/api/v1/sites/{site}/programme/imports", _season, Kind.PROGRAMME_CHANGED),
    Command(
        "/api/v1/sites/{site}/programme/{event}",
        lambda stage: (f"{SITE}/programme/{stage.occasion()}", {"place": "Upstairs"}),
        Kind.PROGRAMME_CHANGED,
        "PATCH",
    ),
    Command(
        "/api/v1/sites/{site}/programme/{event}",
        lambda stage: (f"{SITE}/programme/{stage.occasion()}", None),
        Kind.PROGRAMME_CHANGED,
        "DELETE",
    ),
    Command("/api/v1/sites/{site}/programme/{event}/sign-ups", _sign_up, Kind.SIGNED_UP),
    Command("/api/v1/sites/{site}/programme/{event}/sign-ups/{sign_up}", _leaving, Kind.SIGN_UP_CHANGED, "DELETE"),
    Command("/api/v1/tickets/{token}/sign-ups", _own_sign_up, Kind.SIGNED_UP),
    Command("/api/v1/tickets/{token}/sign-ups/{sign_up}", _own_leaving, Kind.SIGN_UP_CHANGED, "DELETE"),
    Command("/api/v1/sites/{site}/directory", lambda _: (f"{SITE}/directory", entry()), Kind.DIRECTORY_CHANGED),
    Command(
        "/api/v1/sites/{site}/directory/{entry}",
        lambda stage: (f"{SITE}/directory/{stage.entry()}", {"place": "Upstairs"}),
        Kind.DIRECTORY_CHANGED,
        "PATCH",
    ),
    Command(
        "/api/v1/sites/{site}/directory/{entry}",
        lambda stage: (f"{SITE}/directory/{stage.entry()}", None),
        Kind.DIRECTORY_CHANGED,
        "DELETE",
    ),
    Command("/api/v1/sites/{site}/groups", lambda _: (f"{SITE}/groups", COMPANY), Kind.GROUP_RESERVED),
    Command(
        "/api/v1/sites/{site}/groups/{group}",
        lambda stage: (f"{SITE}/groups/{stage.group()}", None),
        Kind.GROUP_CANCELLED,
        "DELETE",
    ),
    Command(
        "/api/v1/sites/{site}/devices",
        lambda stage: (f"{SITE}/devices", {"code": stage.stranger(), "name": "Hall"}),
        "devices WHERE paired_at IS NOT NULL",
        seldom=True,
    ),
    Command(
        "/api/v1/sites/{site}/devices/{device}",
        lambda stage: (f"{SITE}/devices/{stage.display()}", {"name": "Stairs"}),
        "devices WHERE name = 'Stairs'",
        "PATCH",
        seldom=True,
    ),
    Command(
        "/api/v1/sites/{site}/devices/{device}",
        lambda stage: (f"{SITE}/devices/{stage.display()}", None),
        "devices WHERE ended_at IS NOT NULL",
        "DELETE",
        seldom=True,
    ),
)
