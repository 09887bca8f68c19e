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
from urllib.parse import parse_qsl, urlencode

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from app.actions.planning import promise
from app.domain.ids import moment
from app.notify.push import Push
from app.store.writer import StoreDown
from app.web import limits
from app.web.wording import STAFF_LANGUAGES
from tests.browser.live_house import LiveHouse, context, running
from tests.builders import DESKS, MORNING, Clock

PHONE, TABLET, WALL = (360, 740), (1024, 768), (1920, 1080)
SIZES = (PHONE, TABLET, WALL)
LANGUAGES = ("da", "en", "ar")
WORKER = """Promise.race([
    navigator.serviceWorker.ready.then(() => true), new Promise((late) => setTimeout(late, 10_000, false)),
])"""
"""Whether the page's worker is there, within ten seconds."""


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
        """The page in this state; nothing on the way to it may have been answered with a fault of the server's own."""
        scene = self.scene(state.house)
        made = context(self.browser, scene.house, size, language, state.role, **state.options)
        faults: list[str] = []
        made.on("response", lambda answer: faults.append(answer.url) if answer.status == 500 else None)
        try:
            page = state.bring(scene, made)
            assert not faults, faults
            yield page
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
    """A promise has moved; so many go first that no forecast takes it back."""
    h = s.house
    h.open("tax-1")
    for _ in range(6):
        h.arrive("cs.tax", pathway="nordic")
    h.call("tax-1")
    visit = s.visits["moved"] = h.arrive("cs.tax")
    s.visits["unopened"] = h.arrive("cs.tax")
    for minutes in (50, 70):
        tell(h, visit, minutes, 15, "later")
        h.clock.forward(minutes=5)
    h.wait_until(lambda: h.ticket(visit)["next"]["was"])


def tell(h: LiveHouse, visit: dict[str, Any], minutes: int, wide: int, why: str) -> None:
    """What a forecast would say: so many minutes from now, so wide, and why."""
    starts = h.clock.at + timedelta(minutes=minutes)
    told = {visit["stops"][0]["id"]: (starts, starts + timedelta(minutes=wide), starts + timedelta(minutes=5))}
    end = (starts + timedelta(minutes=10), starts + timedelta(minutes=wide + 25), starts + timedelta(minutes=20))
    h.app.state.store.run_here("aalborg", lambda w: promise(w, visit["id"], told, end, why), "clock")


def nearer(s: Scene) -> None:
    """A turn comes sooner than was told: who has gone out is asked back to the hall."""
    h = s.house
    visit = s.visits["back"] = h.arrive("cs.tax")
    tell(h, visit, 50, 15, "first")
    h.clock.forward(minutes=5)
    tell(h, visit, 4, 15, "come_now")
    h.wait_until(lambda: h.ticket(visit)["moved"] == "come_now")


def down(s: Scene) -> None:
    """Ten o'clock: MitID is out of order until half past eleven, which breaks no promise; tax until nobody knows when."""
    h, v = s.house, s.visits
    h.clock.forward(hours=1)
    h.open("cs-1", "cs-3", "tax-1")
    v["until"], v["open_end"] = h.arrive("cs.mitid", pathway="nordic"), h.arrive("cs.tax", pathway="nordic")
    v["later"] = h.arrive("cs.cpr", "cs.mitid", pathway="nordic")
    tell(h, v["until"], 60, 55, "first")
    h.post("/services/cs.mitid/pauses", {"expected_back": "2026-11-25T10:30:00Z", "notice": "MitID is down."})
    h.post("/services/cs.tax/pauses", {"notice": ""})
    h.post("/services/ihnd.career/pauses", {"expected_back": "2026-11-25T10:30:00Z", "notice": ""})
    h.wait_until(lambda: h.ticket(v["open_end"])["stops"][0]["doubt"])


def midday(s: Scene) -> None:
    """A house that sends messages; one is on hold, one far behind, one is asked something, one was missed twice, one does
    several things at one desk."""
    h, v = s.house, s.visits
    h.app.state.ways["push"] = Push(b"x" * 40, "mailto:house@example.org")
    h.open("cs-1", "cs-2", "tax-1", "ihnd-1", "career-1")
    v["stay"], v["twice"] = h.arrive("cs.cpr", pathway="nordic"), h.arrive("cs.tax", pathway="nordic")
    h.call("cs-1", v["stay"])
    h.post("/desks/cs-1/starts")
    h.post("/desks/cs-1/holds")
    for _ in range(2):
        h.call("tax-1", v["twice"])
        h.post("/desks/tax-1/misses")
        if "rejoin" in h.ticket(v["twice"])["acts"]:
            h.from_phone(v["twice"], "returns")
    for _ in range(4):
        v["ahead"] = h.arrive("cs.tax", pathway="nordic", adults=2, children=1)
        h.post(f"/visits/{v['ahead']['id']}/journey", {})
    v["asked"] = h.arrive("ihnd.career", pathway="spouse")
    h.post(f"/visits/{v['asked']['id']}/referrals", {"to": "families", "consent": False})
    h.post(f"/visits/{v['asked']['id']}/referrals", {"to": "host", "consent": False, "ask": True})
    v["referred"] = h.arrive("cs.cpr", pathway="nordic", adults=2)
    h.post(f"/visits/{v['referred']['id']}/referrals", {"to": "families", "consent": False})
    h.serve("cs-2", v["referred"])
    v["sitting"] = h.arrive("cs.cpr", "cs.doctor", "cs.mitid", pathway="nordic")
    h.post(f"/visits/{v['sitting']['id']}/journey", {})
    h.post("/desks/cs-2/calls")  # the next: what the line has one desk do in one sitting
    h.post("/desks/cs-2/starts")


def printing(s: Scene) -> None:
    """A house with a ticket printer, where nobody answers."""
    s.house.app.state.settings.printers = "aalborg=127.0.0.1:9"
    s.house.open("ihnd-1", "ihnd-2")


@contextmanager
def broken(store: Any) -> Iterator[None]:
    """The database does not answer."""

    async def read(*_: Any) -> Any:
        raise StoreDown

    answers, store.read = store.read, read
    yield
    store.read = answers


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


for _house, _names in (
    (None, ("again", "serving", "missed", "used_up", "away", "papers", "paused", "pending", "done", "left")),
    (evening, ("carried", "finished")),
    (midday, ("stay", "ahead", "asked", "referred", "twice", "sitting")),
):
    for _name in _names:
        shown(f"phone-{_name}", _house)(lambda s, made, name=_name: s.phone(made, name))  # name is bound


@shown("hand-out-carried", evening)
def _(s: Scene, made: BrowserContext) -> Page:
    """What one who was left at close keeps, reached from the ticket."""
    page = s.phone(made, "carried")
    page.locator("#onward .button").click()
    expect(page.locator("#back")).to_be_visible()
    return page


@shown("hand-out-next-morning", comeback)
def _(s: Scene, made: BrowserContext) -> Page:
    """The link of yesterday's ticket leads there."""
    page = s.phone(made, "carried")
    expect(page.locator("#back")).to_be_visible()
    return page


for _name in ("until", "open_end", "later"):
    shown(f"phone-down-{_name}", down)(lambda s, made, name=_name: s.phone(made, name))  # the same


@shown("phone-back-to-the-hall", nearer)
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "back")
    expect(page.locator("#because")).to_be_visible()
    return page


@shown("phone-step-out")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "waiting")
    page.locator("#step-out summary").click()
    return page


@shown("phone-leave")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "waiting")
    page.locator("#leave summary").click()
    return page


@shown("phone-away-open")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "away")
    page.locator("#step-out summary").click()
    return page


PUSHED = """
Object.defineProperty(Notification, "requestPermission", { value: async () => "%s" });
PushManager.prototype.subscribe = async () => ({ unsubscribe: async () => true, toJSON: () => ({
  endpoint: "https://updates.push.services.mozilla.com/wpush/v2/x", keys: { p256dh: "B".repeat(87), auth: "a".repeat(22) } }) });
PushManager.prototype.getSubscription = async () => null;
"""


def pushed(s: Scene, made: BrowserContext, answer: str, said: str) -> Page:
    """One has asked to be told, and the browser has answered its owner's answer."""
    made.add_init_script(PUSHED % answer)
    page = s.phone(made, "ahead")
    page.locator("#tell-me-button").click()
    expect(page.locator(said)).to_be_visible()
    return page


@shown("phone-push-on", midday)
def _(s: Scene, made: BrowserContext) -> Page:
    return pushed(s, made, "granted", "#tell-me-push")


@shown("phone-push-refused", midday)
def _(s: Scene, made: BrowserContext) -> Page:
    return pushed(s, made, "denied", "#tell-me-blocked")


@shown("phone-moved", late)
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "moved")
    expect(page.locator("#because")).to_be_visible()
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
    sends(page, "**/step-outs", minutes="600")
    page.locator("#act-ten button").click()
    expect(page.locator("#said p")).to_be_visible()
    return page


def sends(page: Page, where: str, **fields: str) -> None:
    """Whatever the page's forms hold by then, these fields go out with these values: a new screen may have made them anew."""

    def changed(route: Route) -> None:
        sent = dict(parse_qsl(route.request.post_data or ""))
        route.continue_(post_data=urlencode({**sent, **fields}))

    page.route(where, changed)


@shown("phone-sound-on", permissions=[])
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "waiting")
    page.locator("#tell-me-button").click()
    expect(page.locator("#tell-me-sound")).to_be_visible()
    return page


@shown("phone-without-scripts", java_script_enabled=False)
def _(s: Scene, made: BrowserContext) -> Page:
    return s.phone(made, "waiting")


@shown("phone-called-without-scripts", java_script_enabled=False)
def _(s: Scene, made: BrowserContext) -> Page:
    return s.phone(made, "called")


@shown("phone-refused-without-scripts", java_script_enabled=False)
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.phone(made, "waiting")
    sends(page, "**/step-outs", minutes="600")
    page.locator("#act-ten button").click()
    expect(page.locator("#said p")).to_be_visible()
    return page


# ------------------------------------------------------------------------------------------- statements and mistakes


@shown("no-such-ticket")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.at(made, "/t/AAAAAAAAAAAAAAAAAAAAAA")


@shown("no-longer-a-ticket", comeback)
def _(s: Scene, made: BrowserContext) -> Page:
    return s.phone(made, "finished")


@shown("no-such-place")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.at(made, "/sites/aalborg/nothing/here")


@shown("no-more-tries")
def _(s: Scene, made: BrowserContext) -> Page:
    for _ in range(21):
        s.house.get_page("/t/AAAAAAAAAAAAAAAAAAAAAA")
    page = s.at(made, "/t/AAAAAAAAAAAAAAAAAAAAAA")
    limits.forget()  # the next state is another day's
    return page


@shown("no-answer-now", late)
def _(s: Scene, made: BrowserContext) -> Page:
    with broken(s.house.app.state.store):
        page = s.phone(made, "unopened")  # a link that was opened before needs no database
    expect(page.locator("#problem")).to_be_visible()
    return page


@shown("no-more-kept", midday)
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    visit = s.house.arrive("ihnd.career", pathway="spouse")
    s.house.post(f"/visits/{visit['id']}/referrals", {"to": "families", "consent": False})
    page.goto(f"{s.house.base}/t/{visit['token']}/next")
    page.locator("[aria-labelledby=keep] summary").click()
    page.locator("[aria-labelledby=keep] .danger").click()
    expect(page.locator("#gone")).to_be_visible()
    return page


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
    shown(f"kiosk-{_step.strip('#') or 'start'}", role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))

for _step in ("#home", "#ihnd-career"):
    shown(f"kiosk-paused-{_step.strip('#')}", role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))

for _step in ("#home", "#reception", "#ihnd-career"):
    shown(f"kiosk-full-{_step.strip('#')}", full, role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))

for _step in ("#home", "#booking", "#reception"):
    shown(f"kiosk-early-{_step.strip('#')}", early, role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))
    shown(f"kiosk-closed-{_step.strip('#')}", evening, role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))

shown("kiosk-down-ihnd-career", down, role="kiosk")(lambda s, made: s.kiosk(made, "#ihnd-career"))

for _step in ("#home", "#comeback"):
    shown(f"kiosk-comeback-{_step.strip('#')}", comeback, role="kiosk")(lambda s, made, step=_step: s.kiosk(made, step))


@shown("kiosk-career", early, role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    return s.kiosk(made, "#ihnd-career")


@shown("kiosk-given", role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.kiosk(made, "#reception")
    page.locator("#reception button").click()
    page.wait_for_selector(".issued")
    return page


def given(s: Scene, made: BrowserContext, state: str) -> Page:
    """A number was given at a kiosk with a printer, which does as `state` says."""
    page = s.kiosk(made, "#reception")
    page.route("**/prints", lambda route: route.fulfill(json={"state": state}))
    page.locator("#reception form button").click()
    expect(page.locator(f"#slip [data-state={state}]")).to_be_visible()
    return page


for _printed in ("waiting", "sent", "failed"):
    shown(f"kiosk-paper-{_printed}", printing, role="kiosk")(lambda s, made, state=_printed: given(s, made, state))


@shown("kiosk-on-paper", role="kiosk", sizes=((302, 740),))
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.kiosk(made, "#reception")
    page.locator("#reception button").click()
    page.wait_for_selector(".issued")
    page.emulate_media(media="print")
    return page


@shown("kiosk-refused", role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.kiosk(made, "#booking")
    sends(page, "**/arrivals", booking="N3")
    page.locator("#booking button").first.click()
    expect(page.locator("#said p")).to_be_visible()
    return page


@shown("kiosk-still-there", role="kiosk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{s.house.base}/sites/aalborg/kiosk#reception")
    for _ in range(61):
        page.clock.run_for(2000)
        page.wait_for_timeout(30)  # the house answers in time of its own
    expect(page.locator("#still-there")).to_be_visible()
    expect(page.locator("#stale")).to_be_hidden()  # the house is heard again
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
