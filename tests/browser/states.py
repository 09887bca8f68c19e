"""Every page in every state that people can meet, also in trouble: one table, for pictures, for axe and for tight boxes.

Add a line: `@shown("desk-paused", house=busy, role="clerk")` over a function that brings a fresh browser context to that
state and returns its page. A house is set up once and shared, so a state must not change what others look at.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.actions.planning import promise
from app.domain.ids import moment
from app.web.wording import STAFF_LANGUAGES
from tests.browser.live_house import LiveHouse, context, running
from tests.builders import DESKS, MORNING, Clock

PHONE, TABLET, WALL = (360, 740), (1024, 768), (1920, 1080)
SIZES = (PHONE, TABLET, WALL)
LANGUAGES = ("da", "en", "ar")


@dataclass
class Scene:
    """A house with what happens in it: visits by name."""

    house: LiveHouse
    visits: dict[str, dict[str, Any]] = field(default_factory=dict)
    paths: dict[str, tuple[str, str]] = field(default_factory=dict)

    def kiosk(self, made: BrowserContext, step: str = "") -> Page:
        """The kiosk at one of its steps, in the language of the context."""
        page = made.new_page()
        page.goto(f"{self.house.base}/sites/aalborg/kiosk{step}")
        return page

    def phone(self, made: BrowserContext, name: str) -> Page:
        """The ticket of a visit."""
        page = made.new_page()
        page.goto(f"{self.house.base}/t/{self.visits[name]['token']}")
        return page

    def at(self, made: BrowserContext, path: str) -> Page:
        """Any other page."""
        page = made.new_page()
        page.goto(self.house.base + path)
        return page


SetUp = Callable[[Scene], None]
Bring = Callable[[Scene, BrowserContext], Page]


@dataclass(frozen=True)
class State:
    """One state of one page."""

    name: str
    bring: Bring
    house: SetUp
    role: str
    options: dict[str, Any]
    sizes: tuple[tuple[int, int], ...] = SIZES
    languages: tuple[str, ...] = LANGUAGES


STATES: list[State] = []


def shown(
    name: str,
    house: SetUp | None = None,
    role: str = "",
    sizes: tuple[tuple[int, int], ...] = SIZES,
    languages: tuple[str, ...] = LANGUAGES,
    **options: Any,
) -> Callable[[Bring], Bring]:
    """Put a state into the table; `options` are those of a browser context."""

    def put(bring: Bring) -> Bring:
        spoken = languages if role in ("", "kiosk") else tuple(code for code in languages if code in STAFF_LANGUAGES)
        STATES.append(State(name, bring, house or busy, role, options, sizes, spoken))
        return bring

    return put


class Stage:
    """Brings states on: each house is built when it is first needed."""

    def __init__(self, browser: Browser, until: ExitStack) -> None:
        self.browser, self._until, self._scenes = browser, until, dict[SetUp, Scene]()

    def scene(self, set_up: SetUp) -> Scene:
        """The house of a state."""
        if set_up not in self._scenes:
            folder = self._until.enter_context(TemporaryDirectory())
            clock = Clock(BEGINS.get(set_up, MORNING))
            scene = Scene(self._until.enter_context(running(Path(folder), clock)))
            set_up(scene)
            self._scenes[set_up] = scene
        return self._scenes[set_up]

    @contextmanager
    def page(self, state: State, language: str, size: tuple[int, int]) -> Iterator[Page]:
        """The page in this state."""
        scene = self.scene(state.house)
        made = context(self.browser, scene.house, size, language, state.role, **state.options)
        try:
            yield state.bring(scene, made)
        finally:
            made.close()


def busy(s: Scene) -> None:
    """Nine o'clock: every desk open, somebody in each state that a ticket can be in."""
    h, v = s.house, s.visits
    h.open(*DESKS)
    h.book("N1;09:10;EU-opholdsdokument;1", "N2;09:10;EU-familiemedlem;3", "N3;08:10;EU-opholdsdokument;1")
    h.book("N4;10:50;Biometri;2", "N5;09:20;EU-opholdsdokument;1", "N6;09:25;EU-familiemedlem;4")
    v["called"] = h.arrive("cs.tax")
    v["again"] = h.arrive("cs.tax")
    v["serving"] = h.arrive("ihnd.career")
    v["done"] = h.arrive("cs.cpr", pathway="nordic")
    v["left"] = h.arrive("cs.tax", pathway="frontier")
    v["pending"] = h.arrive(arrival="booked", booking_ref="N2", adults=2, children=1)
    v["missed"] = h.arrive("cs.tax")
    v["used_up"] = h.arrive("cs.mitid", pathway="nordic", adults=2, children=2)
    v["away"] = h.arrive("cs.doctor")
    v["papers"] = h.arrive("cs.cpr", "cs.mitid", "cs.tax", pathway="third_country")
    v["waiting"] = h.arrive("cs.cpr", "cs.mitid", "cs.tax", pathway="nordic")
    v["paused"] = h.arrive("ihnd.career")
    h.serve("cs-1", v["done"])
    h.post("/desks/siri-1/calls", {"visit": v["pending"]["id"]})
    h.post("/desks/siri-1/starts")
    h.post("/desks/siri-1/finishes", {"outcomes": {"m1": "issued", "m2": "pending", "m3": "pending"}})
    h.call("tax-1", v["missed"])
    h.post("/desks/tax-1/misses")
    h.call("tax-1", v["again"])
    h.post("/desks/tax-1/recalls")
    h.call("cs-3", v["called"])
    h.call("career-1", v["serving"])
    h.post("/desks/career-1/starts")
    for name in ("used_up", "used_up", "away"):
        h.post(f"/visits/{v[name]['id']}/step-outs", {"minutes": 20})
    h.post(f"/visits/{v['used_up']['id']}/returns")
    h.post(f"/visits/{v['papers']['id']}/papers", {"seen": ["passport"], "missing": ["address", "permit"]})
    h.post(f"/visits/{v['left']['id']}/departures")
    for name in ("waiting", "pending", "used_up"):
        h.post(f"/visits/{v[name]['id']}/journey", {})
    h.post("/services/ihnd.career/pauses", {"expected_back": "2026-11-25T10:30:00Z", "notice": "Out of order"})


def late(s: Scene) -> None:
    """A promise has moved."""
    h = s.house
    visit = s.visits["moved"] = h.arrive("cs.tax")
    for minutes in (50, 70):
        starts = h.clock.at + timedelta(minutes=minutes)
        told = {visit["stops"][0]["id"]: (starts, starts + timedelta(minutes=15), starts + timedelta(minutes=5))}
        end = (starts + timedelta(minutes=10), starts + timedelta(minutes=40), starts + timedelta(minutes=20))
        h.app.state.store.run_here("aalborg", lambda w, t=told, e=end: promise(w, visit["id"], t, e, "later"), "clock")
        h.clock.forward(minutes=5)
    h.wait_until(lambda: h.ticket(visit)["next"]["was"])


def full(s: Scene) -> None:
    """Early afternoon, and as many people as can still be served before closing."""
    s.house.open("ihnd-1", "career-1")
    s.house.book("N1;14:00;EU-opholdsdokument;1")
    for service in ("ihnd.reception", "ihnd.career"):
        for _ in range(40):
            if not s.house.takes(service):
                break


def early(s: Scene) -> None:
    """Before the doors open."""
    s.house.book("N1;08:40;EU-opholdsdokument;1")


def evening(s: Scene) -> None:
    """After closing: who was left comes back another day."""
    h = s.house
    h.open("cs-1")
    s.visits["carried"] = h.arrive("cs.cpr", "cs.tax", pathway="nordic")
    s.visits["finished"] = h.arrive("cs.cpr", pathway="nordic")
    h.serve("cs-1", s.visits["finished"])
    h.clock.at = moment("2026-11-25T16:30:00Z")
    h.wait_until(lambda: h.ticket(s.visits["carried"])["state"] == "carried_over")


def comeback(s: Scene) -> None:
    """The next morning of somebody who was carried over."""
    evening(s)
    s.house.clock.at = moment("2026-11-26T08:00:00Z")
    s.house.open("cs-1", "ihnd-1")


BEGINS = {full: MORNING + timedelta(hours=4), early: MORNING - timedelta(minutes=45)}
"""Where a house does not begin in the morning."""


# ------------------------------------------------------------------------------------------------------- the phone


@shown("phone-waiting")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.phone(made, "waiting")


@shown("phone-waiting-open")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "waiting")
    page.evaluate("document.querySelectorAll('main details').forEach((d) => { d.open = true; })")
    return page


@shown("phone-languages")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "waiting")
    page.locator("#languages summary").click()
    return page


@shown("phone-called")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.phone(made, "called")


@shown("phone-called-dark", color_scheme="dark")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.phone(made, "called")


@shown("phone-waiting-dark", color_scheme="dark")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.phone(made, "pending")


for _name in ("again", "serving", "missed", "used_up", "away", "papers", "paused", "pending", "done", "left"):
    shown(f"phone-{_name}")(lambda s, made, name=_name: s.phone(made, name))  # type: ignore[misc]  # name is bound

for _name in ("carried", "finished"):
    shown(f"phone-{_name}", evening)(lambda s, made, name=_name: s.phone(made, name))  # type: ignore[misc]  # the same


@shown("phone-moved", late)
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "moved")
    expect(page.locator(".moved")).to_be_visible()
    return page


@shown("phone-offline")
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{s.house.base}/t/{s.visits['waiting']['token']}")
    cut_off(page)
    return page


def cut_off(page: Page, seconds: int = 40) -> None:
    """The network is gone, and time goes by until the page says so."""
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    for _ in range(seconds // 5):
        page.clock.run_for(5000)
    expect(page.locator("#stale")).to_be_visible()


@shown("phone-act-lost")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "waiting")
    page.route("**/step-outs", lambda route: route.abort())
    page.locator("#act-ten button").click()
    expect(page.locator("#said p")).to_be_visible()
    return page


@shown("phone-act-refused")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "waiting")
    page.locator("#act-ten input[name=minutes]").evaluate("field => { field.value = 600; }")
    page.locator("#act-ten button").click()
    expect(page.locator("#said p")).to_be_visible()
    return page


@shown("phone-sound-on", permissions=[])
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "waiting")
    page.locator("#tell-me-button").click()
    expect(page.locator("#tell-me-sound")).to_be_visible()
    return page


@shown("phone-without-scripts", java_script_enabled=False)
def _(s: Scene, made: BrowserContext) -> Page:
    return s.phone(made, "waiting")


# ------------------------------------------------------------------------------------------- statements and mistakes


@shown("no-such-ticket")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.at(made, "/t/AAAAAAAAAAAAAAAAAAAAAA")


@shown("privacy")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.at(made, "/privacy")


@shown("privacy-at-kiosk", role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.at(made, "/privacy?kiosk=aalborg")


@shown("accessibility")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.at(made, "/accessibility")


# ------------------------------------------------------------------------------------------------------- the kiosk

for _step in ("", "#home", "#booking", "#with-N6", "#not-there", "#reception", "#no-appointment", "#municipality"):
    shown(f"kiosk-{_step.strip('#') or 'start'}", role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))  # type: ignore[misc]

for _step in ("#home", "#ihnd-career"):
    shown(f"kiosk-paused-{_step.strip('#')}", role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))  # type: ignore[misc]

for _step in ("#home", "#reception", "#ihnd-career"):
    shown(f"kiosk-full-{_step.strip('#')}", full, role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))  # type: ignore[misc]

for _step in ("#home", "#booking", "#reception"):
    shown(f"kiosk-early-{_step.strip('#')}", early, role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))  # type: ignore[misc]
    shown(f"kiosk-closed-{_step.strip('#')}", evening, role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))  # type: ignore[misc]

for _step in ("#home", "#comeback"):
    shown(f"kiosk-comeback-{_step.strip('#')}", comeback, role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))  # type: ignore[misc]


@shown("kiosk-career", early, role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.kiosk(made, "#ihnd-career")


@shown("kiosk-given", role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.kiosk(made, "#reception")
    page.locator("#reception button").click()
    page.wait_for_selector(".issued")
    return page


@shown("kiosk-refused", role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.kiosk(made, "#booking")
    page.locator("#booking input[name=booking]").first.evaluate("field => { field.value = 'N3'; }")
    page.locator("#booking button").first.click()
    expect(page.locator("#said p")).to_be_visible()
    return page


@shown("kiosk-still-there", role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{s.house.base}/sites/aalborg/kiosk#reception")
    page.clock.run_for(122_000)
    expect(page.locator("#still-there")).to_be_visible()
    return page


@shown("kiosk-unpaired")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.kiosk(made)
    expect(page.locator("#code")).not_to_have_text("…")
    return page


@shown("kiosk-offline", role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{s.house.base}/sites/aalborg/kiosk#home")
    cut_off(page, 60)
    return page
