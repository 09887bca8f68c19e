"""Houses for the pages of staff and the wall, each in the middle of something: set up once, looked at by many states."""

from datetime import timedelta

from app.domain.ids import moment
from tests.browser.states import BEGINS, Scene
from tests.browser.test_onward import prepared
from tests.builders import DESKS, MORNING


def quiet(_: Scene) -> None:
    """Nobody has come and no desk is open."""


def staffed(s: Scene) -> None:
    """A house in the middle of its work: hand-offs that nobody took, a desk in each state, a family with papers."""
    h, v = s.house, s.visits
    h.open("siri-1", "cs-1", "cs-2", "cs-3", "tax-1", "career-1")
    h.book("N1;09:10;EU-opholdsdokument;1", "N2;10:10;EU-familiemedlem;3")
    v["family"] = h.arrive("cs.cpr", "cs.mitid", adults=2, children=1, language="uk", interpreter="uk")
    h.post(f"/visits/{v['family']['id']}/pathway", {"pathway": "nordic"})
    h.post(f"/visits/{v['family']['id']}/papers", {"seen": ["identity"], "missing": ["address"]})
    v["plain"] = h.arrive("cs.cpr", "cs.tax", pathway="nordic", language="pl")
    v["serving"], v["held"], v["called"] = h.arrive("cs.cpr", adults=2), h.arrive("cs.tax"), h.arrive("cs.doctor")
    h.call("cs-1", v["serving"])
    h.post("/desks/cs-1/starts")
    h.call("tax-1", v["held"])
    h.post("/desks/tax-1/starts")
    h.post("/desks/tax-1/holds")
    h.call("cs-2", v["called"])
    h.post("/desks/cs-3/pauses", {"until": "2026-11-25T08:30:00Z"})
    v["walked_in"], v["second"] = h.arrive(), h.arrive(adults=1, children=2, language="ar")
    for n in range(5):
        one = h.arrive("cs.tax", *["ihnd.career"] * (n % 2), pathway="nordic")
        h.post(f"/visits/{one['id']}/journey", {})
    v["left"] = h.arrive("cs.tax")
    h.post(f"/visits/{v['left']['id']}/departures")
    h.post("/services/cs.mitid/pauses", {"notice": "MitID is down.", "expected_back": "2026-11-25T09:30:00Z"})


def alarmed(s: Scene) -> None:
    """Twelve minutes later."""
    staffed(s)
    s.house.clock.forward(minutes=12)


def doubted(s: Scene) -> None:
    """A service is out of order, and nobody knows for how long: three must be told, of whom one was."""
    h, v = s.house, s.visits
    h.open("cs-1", "tax-1")
    v["told"], v["both"] = h.arrive("cs.tax"), h.arrive("cs.tax", "cs.cpr", adults=2, children=1, language="pl")
    h.arrive("cs.tax", language="ar")
    h.post("/services/cs.tax/pauses", {"notice": ""})
    h.post(f"/visits/{v['told']['id']}/warnings", {})


def onward(s: Scene) -> None:
    """Referred, asked, signed up, told to come back; a company expects people."""
    s.paths = prepared(s.house).paths


def crowd(s: Scene) -> None:
    """Every desk has called, and more people wait than the wall can list."""
    h = s.house
    desks = {"cs-1": "cs.cpr", "cs-2": "cs.doctor", "cs-3": "cs.mitid", "tax-1": "cs.tax", "career-1": "ihnd.career"}
    h.open(*desks)
    for _ in range(4):
        for service in desks.values():
            visit = h.arrive(service, pathway="nordic")
            h.post(f"/visits/{visit['id']}/journey", {})
    for desk in desks:
        h.call(desk)
        h.clock.forward(seconds=20)


def calm(s: Scene) -> None:
    """Two calls in ten minutes, and a few who wait."""
    h = s.house
    h.open("cs-1", "tax-1")
    for service in ("cs.cpr", "cs.tax", "cs.tax", "cs.cpr", "cs.cpr", "cs.tax"):
        visit = h.arrive(service, pathway="nordic")
        h.post(f"/visits/{visit['id']}/journey", {})
    h.call("cs-1")
    h.post("/desks/cs-1/starts")
    h.clock.forward(minutes=6)
    h.call("tax-1")


def one_call(s: Scene) -> None:
    """One call, and nobody else."""
    s.house.open("cs-1")
    s.house.arrive("cs.cpr", pathway="nordic")
    s.house.call("cs-1")


def shut(s: Scene) -> None:
    """Long before the doors open."""
    s.house.clock.at = moment("2026-11-25T05:30:00Z")


def overdue(s: Scene) -> None:
    """The tax desk stopped for good while people had a promise there: nothing can be promised anew, and their windows pass."""
    h, v = s.house, s.visits
    h.open("tax-1", "cs-1", "cs-2")
    v["serving"] = h.arrive("cs.cpr", adults=2, children=1, pathway="nordic", language="uk")
    waiting = [h.arrive("cs.tax", pathway="nordic", language=language) for language in ("pl", "en", "ar")]
    waiting.append(h.arrive("cs.cpr", "cs.tax", pathway="nordic"))
    for visit in (v["serving"], *waiting):
        h.post(f"/visits/{visit['id']}/journey", {})
    v["late"] = waiting[0]
    h.call("cs-1", v["serving"])
    h.post("/desks/cs-1/starts")
    h.post("/desks/tax-1/closings")
    for _ in range(18):
        h.clock.forward(minutes=5)
        h.floor()
    h.wait_until(lambda: sum(lane["late"] for lane in h.floor()["lanes"]) == len(waiting))


def received(s: Scene) -> None:
    """Two floorwalkers at work: one sent a party on just now, one asks who it is; another party only lacks its plan."""
    h, v = s.house, s.visits
    h.open("ihnd-1", "ihnd-2", "cs-1", "cs-2", "cs-3", "tax-1")
    v["sent_on"], v["asked"] = h.arrive(adults=2), h.arrive(adults=2, children=1, language="uk")
    v["next"] = h.arrive(language="pl")
    h.post(f"/visits/{v['sent_on']['id']}/pathway", {"pathway": "nordic"})
    h.post(
        f"/visits/{v['sent_on']['id']}/papers",
        {"seen": ["identity", "nordic_number", "address", "birth", "employment"]},
    )
    for desk, visit in (("ihnd-1", "sent_on"), ("ihnd-2", "asked")):
        h.call(desk, v[visit])
        h.post(f"/desks/{desk}/starts")
    h.post(f"/visits/{v['sent_on']['id']}/journey", {"services": ["cs.cpr", "cs.mitid", "cs.tax"]})
    h.post("/desks/ihnd-1/finishes")
    h.call("ihnd-1", v["next"])
    h.post("/desks/ihnd-1/starts")
    h.post(f"/visits/{v['next']['id']}/pathway", {"pathway": "nordic"})
    h.post(
        f"/visits/{v['next']['id']}/papers", {"seen": ["identity", "nordic_number", "address", "birth", "employment"]}
    )


def received_before(s: Scene) -> None:
    """Two minutes later: nothing of it can be undone."""
    received(s)
    s.house.clock.forward(minutes=2)


def choosing(s: Scene) -> None:
    """Early afternoon: a paper is missing, a couple could split, and a family has come too late for all it wants."""
    h, v = s.house, s.visits
    h.open("cs-1", "cs-2", "cs-3", "tax-1", "career-1")
    h.book("N1;13:50;EU-opholdsdokument;1")
    for _ in range(3):
        visit = h.arrive("cs.tax", "ihnd.career", pathway="nordic", anyway=True)
        h.post(f"/visits/{visit['id']}/journey", {})
    v["paper"] = h.arrive("cs.cpr", "cs.mitid", "cs.tax", pathway="nordic", anyway=True)
    h.post(f"/visits/{v['paper']['id']}/papers", {"seen": ["identity"], "missing": ["address"]})
    v["couple"] = h.arrive("cs.tax", "ihnd.career", adults=2, pathway="career", anyway=True)
    v["many"] = h.arrive(
        "cs.cpr", "cs.mitid", "cs.tax", "ihnd.career", adults=2, children=3, pathway="nordic", anyway=True
    )


def split_up(s: Scene) -> None:
    """A family that goes on with two numbers."""
    h, v = s.house, s.visits
    h.open("cs-1", "tax-1", "career-1")
    family = v["first"] = h.arrive("cs.tax", "ihnd.career", adults=2, children=1, pathway="career", language="es")
    v["second"] = h.post(f"/visits/{family['id']}/splits", {"members": [family["members"][1]["id"]]})


def at_siri(s: Scene) -> None:
    """A family at SIRI, each with an outcome of their own, and nobody behind them."""
    h, v = s.house, s.visits
    h.open("siri-1")
    h.book("N1;09:10;EU-familiemedlem;4")
    v["family"] = h.arrive(arrival="booked", booking_ref="N1", adults=2, children=2, language="ro")
    h.post(f"/visits/{v['family']['id']}/papers", {"seen": ["identity", "siri_receipt"], "missing": ["photo"]})
    h.call("siri-1", v["family"])
    h.post("/desks/siri-1/starts")


def alone(s: Scene) -> None:
    """One desk, open, and nobody in its line."""
    s.house.open("cs-1")


def closing(s: Scene) -> None:
    """After the last minute: who is at a desk is served to the end, and the screens of staff say so."""
    h = s.house
    h.open("cs-1", "tax-1")
    for service, desk in (("cs.cpr", "cs-1"), ("cs.tax", "tax-1")):
        visit = h.arrive(service, pathway="nordic")
        h.call(desk, visit)
        h.post(f"/desks/{desk}/starts")
    h.clock.at = moment("2026-11-25T14:05:00Z")


def called_again(s: Scene) -> None:
    """The newest call is a second one."""
    calm(s)
    s.house.post("/desks/tax-1/recalls")


def a_minute_later(s: Scene) -> None:
    """The newest call is older than a minute: it is bright no longer."""
    calm(s)
    s.house.clock.forward(seconds=75)


def between(s: Scene) -> None:
    """Somebody was called and has gone: for now nobody is called."""
    h = s.house
    h.open("cs-1")
    h.serve("cs-1", h.arrive("cs.cpr", pathway="nordic"))
    h.clock.forward(seconds=75)  # a new screen plays no calls that are older than a minute
    h.open("tax-1")
    h.post(f"/visits/{h.arrive('cs.tax', pathway='nordic')['id']}/journey", {})


def news(s: Scene) -> None:
    """Two services are out of order, one of them with a long notice."""
    calm(s)
    words = (
        "Skattekort kan ikke laves lige nu. Kom hen til os, så finder vi en anden dag. No tax cards now: please ask us."
    )
    s.house.post("/services/cs.tax/pauses", {"notice": words})
    s.house.post("/services/cs.mitid/pauses", {"notice": "", "expected_back": "2026-11-25T09:30:00Z"})


def packed(s: Scene) -> None:
    """Every desk of the house has called, and more people wait than the wall can list."""
    h = s.house
    h.open(*DESKS)
    h.book(*(f"N{n};09:{10 + n};EU-opholdsdokument;1" for n in range(6)))
    for n in range(6):
        h.arrive(arrival="booked", booking_ref=f"N{n}")
    services = ("ihnd.reception", "cs.cpr", "cs.doctor", "cs.mitid", "cs.tax", "ihnd.career")
    for _ in range(3):
        for service in services:
            h.post(f"/visits/{h.arrive(service, pathway='nordic')['id']}/journey", {})
    for desk in DESKS:
        h.call(desk)
        h.clock.forward(seconds=25)
    for desk in DESKS[:3]:
        h.post(f"/desks/{desk}/starts")


BEGINS[choosing] = MORNING + timedelta(hours=4, minutes=45)
