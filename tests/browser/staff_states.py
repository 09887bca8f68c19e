"""The pages of staff, the wall and what leads out of the house, in every state: the rest of the table of states.py."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from app.domain.ids import moment
from tests.browser.states import Scene, busy, cut_off, evening, full, late, shown
from tests.browser.test_onward import prepared

SITE = "/sites/aalborg"
FLOOR = f"{SITE}/floor"
WALLS = ((1920, 1080), (1080, 1920), (3840, 2160), (1024, 768))


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


def page_of(name: str, path: str, house: Callable[[Scene], None], role: str) -> None:
    """A state that is reached by its address alone; `{family}` stands for the id of that visit."""

    @shown(name, house, role)
    def _(s: Scene, made: BrowserContext) -> Page:
        return s.at(made, path.format(**{visit: value["id"] for visit, value in s.visits.items()}))


def opened(name: str, path: str, house: Callable[[Scene], None], role: str) -> None:
    """The same with everything unfolded."""

    @shown(name, house, role)
    def _(s: Scene, made: BrowserContext) -> Page:
        page = s.at(made, path.format(**{visit: value["id"] for visit, value in s.visits.items()}))
        page.evaluate("document.querySelectorAll('main details').forEach((d) => { d.open = true; })")
        return page


# ------------------------------------------------------------------------------------------------------ the tablet

page_of("floor-empty", FLOOR, quiet, "floorwalker")
page_of("floor-busy", FLOOR, staffed, "floorwalker")
page_of("floor-admin", FLOOR, busy, "admin")
page_of("floor-alarmed", FLOOR, alarmed, "floorwalker")
page_of("floor-late", FLOOR, late, "floorwalker")
page_of("floor-full", FLOOR, full, "floorwalker")
page_of("floor-evening", FLOOR, evening, "floorwalker")
page_of("floor-no-such-number", f"{FLOOR}?find=7", staffed, "floorwalker")
page_of("floor-arrival", f"{FLOOR}/arrivals/new", staffed, "floorwalker")
page_of("floor-offline-page", f"{FLOOR}/offline", staffed, "floorwalker")
opened("floor-pause", FLOOR, staffed, "floorwalker")
VISIT = f"{FLOOR}/visits"
for _name in ("family", "plain", "walked_in", "serving", "held", "left"):
    page_of(f"visit-{_name}", f"{VISIT}/{{{_name}}}", staffed, "floorwalker")
opened("visit-open", f"{VISIT}/{{family}}", staffed, "floorwalker")
page_of("visit-who", f"{VISIT}/{{walked_in}}/who", staffed, "floorwalker")
page_of("visit-who-work", f"{VISIT}/{{walked_in}}/who?purpose=work", staffed, "floorwalker")
page_of(
    "visit-refused",
    f"{VISIT}/{{walked_in}}/who?purpose=work&stay=long&citizenship=nordic&municipality=elsewhere",
    staffed,
    "floorwalker",
)
page_of("visit-slip", f"{VISIT}/{{plain}}/ticket", staffed, "floorwalker")


@shown("floor-offline", staffed, "floorwalker")
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.goto(s.house.base + FLOOR)
    cut_off(page)
    return page


# -------------------------------------------------------------------------------------------------------- the desk

DESK = f"{SITE}/desks"
page_of("desk-closed", f"{DESK}/cs-1", quiet, "clerk")
page_of("desk-serving", f"{DESK}/cs-1", staffed, "clerk")
page_of("desk-called", f"{DESK}/cs-2", staffed, "admin")
page_of("desk-paused", f"{DESK}/cs-3", staffed, "admin")
page_of("desk-held", f"{DESK}/tax-1", staffed, "admin")
page_of("desk-free", f"{DESK}/cs-1", busy, "clerk")
page_of("desk-empty-line", f"{DESK}/siri-1", staffed, "admin")
page_of("desk-recalled", f"{DESK}/tax-1", busy, "admin")
opened("desk-open", f"{DESK}/cs-1", staffed, "clerk")
page_of("desk-not-yours", f"{DESK}/cs-2", quiet, "clerk")


@shown("desk-second-window", staffed, "clerk")
def _(s: Scene, made: BrowserContext) -> Page:
    first = s.at(made, f"{DESK}/cs-1")
    first.wait_for_load_state("networkidle")
    second = s.at(made, f"{DESK}/cs-1")
    expect(second.locator("#second")).to_be_visible()
    return second


# ------------------------------------------------------------------------------------------------ the manager's side

page_of("figures", f"{SITE}/manager", staffed, "manager")
page_of("figures-empty", f"{SITE}/manager", quiet, "manager")
for _name, _house in (("told", doubted), ("told-closing", staffed)):

    @shown(_name, _house, "floorwalker")
    def _(s: Scene, made: BrowserContext) -> Page:
        page = s.at(made, f"{SITE}/told")
        expect(page.locator("#to-tell-title .count")).to_have_text(
            "2", timeout=15_000
        )  # the next forecast tells of them
        return page


page_of("told-empty", f"{SITE}/told", quiet, "floorwalker")
page_of("devices-empty", f"{SITE}/devices", quiet, "admin")
page_of("companies-empty", f"{SITE}/companies", quiet, "floorwalker")
page_of("referral-figures-empty", f"{SITE}/referrals", quiet, "manager")


@shown("devices-wrong-code", quiet, "admin")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.at(made, f"{SITE}/devices")
    page.locator("#code").fill("ABCDE")
    page.locator("form.card button.primary").click()
    return page


ONWARD = {
    "programme": ("programme", ""),
    "programme-embedded": ("embedded", ""),
    "programme-event": ("event", ""),
    "programme-staff": ("programme staff", "admin"),
    "programme-new": ("new event", "admin"),
    "programme-change": ("change event", "admin"),
    "directory": ("directory", "admin"),
    "directory-new": ("new entry", "admin"),
    "directory-change": ("change entry", "admin"),
    "referrals": ("referrals", "floorwalker"),
    "referral-figures": ("figures", "manager"),
    "companies": ("companies", "floorwalker"),
    "company-group": ("group", ""),
    "receiver": ("receiver", ""),
    "hand-out": ("hand-out", ""),
    "hand-out-programme": ("what is on", ""),
}
for _name, (_page, _role) in ONWARD.items():
    shown(_name, onward, _role)(lambda s, made, page=_page: s.at(made, s.paths[page][0]))  # type: ignore[misc]  # page is bound


@shown("hand-out-open", onward)
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.at(made, s.paths["hand-out"][0])
    page.evaluate("document.querySelectorAll('main details').forEach((d) => { d.open = true; })")
    return page


for _name in ("hand-out", "programme-event"):
    shown(f"{_name}-dark", onward, color_scheme="dark")(
        lambda s, made, page=ONWARD[_name][0]: s.at(made, s.paths[page][0])
    )  # type: ignore[misc]  # the same

page_of("programme-cancelled", f"{SITE}/programme/companies-2", onward, "")
opened("programme-filters", f"{SITE}/programme?audience=spouse", onward, "")


@shown("company-group-before", onward)
def _(s: Scene, made: BrowserContext) -> Page:
    if "later" not in s.paths:
        wanted = [{"pathway": "researcher", "persons": 2}]
        later = {"company": "Nordværk A/S", "day": "2026-12-03", "starts": "10:00", "wanted": wanted}
        s.paths["later"] = (s.house.post("/groups", later)["link"].removeprefix(s.house.base), "")
    return s.at(made, s.paths["later"][0])


page_of("sign-in", "/", quiet, "")
page_of("sign-in-locked", f"/?name=anna&to={DESK}/cs-1", quiet, "")
page_of("docs", "/docs", quiet, "")
page_of("no-such-page", f"{SITE}/nothing", quiet, "floorwalker")


@shown("sign-in-wrong", quiet)
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.at(made, "/")
    page.locator("#name").fill("anna")
    page.locator("#password").fill("wrong")
    page.locator("button.primary").click()
    expect(page.locator("#said p")).to_be_visible()
    return page


# -------------------------------------------------------------------------------------------------------- the wall

WALL_OF = {
    "nobody-called": (quiet, ""),
    "one-call": (one_call, ""),
    "calm": (calm, ""),
    "busy": (busy, ""),
    "crowd": (crowd, ""),
    "authority": (crowd, "?authority=cs"),
    "portrait-asked": (calm, "?portrait=1"),
    "closed-early": (shut, ""),
    "closed-evening": (evening, ""),
}


def wall(s: Scene, made: BrowserContext, query: str) -> Page:
    """The wall on a house, tapped for sound."""
    page = s.at(made, f"/display/aalborg{query}")
    expect(page.locator("#house [lang=da]")).to_have_text("International House North Denmark")
    page.mouse.click(2, 2)
    return page


for _name, (_house, _query) in WALL_OF.items():
    shown(f"wall-{_name}", _house, sizes=WALLS, languages=("da",))(lambda s, made, query=_query: wall(s, made, query))  # type: ignore[misc]  # query is bound


@shown("wall-not-tapped", quiet, sizes=WALLS, languages=("da",))
def _(s: Scene, made: BrowserContext) -> Page:
    return s.at(made, "/display/aalborg")


@shown("wall-stale", calm, sizes=WALLS, languages=("da",))
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{s.house.base}/display/aalborg")
    expect(page.locator("#house [lang=da]")).to_have_text("International House North Denmark")
    page.mouse.click(2, 2)
    page.context.set_offline(True)
    for _ in range(20):
        page.clock.run_for(5000)
    return page
