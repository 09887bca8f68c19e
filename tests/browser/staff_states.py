"""The pages of staff, the wall and what leads out of the house, in every state: the rest of the table of states.py."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from app.web.wording import STAFF_LANGUAGES
from tests.browser import staff_houses as of
from tests.browser.staff_houses import alone, calm, choosing, crowd, onward, overdue, quiet, received, staffed
from tests.browser.states import LANGUAGES, WORKER, Scene, busy, cut_off, evening, full, shown

SITE = "/sites/aalborg"
FLOOR = f"{SITE}/floor"
CODE = re.compile("[A-Z]{5}")
Spoken = tuple[str, ...]
OF_STAFF = tuple(code for code in LANGUAGES if code in STAFF_LANGUAGES)
WALLS = ((1920, 1080), (1080, 1920), (3840, 2160), (1024, 768))


def page_of(name: str, path: str, house: Callable[[Scene], None], role: str, languages: Spoken = LANGUAGES) -> None:
    """A state that is reached by its address alone; `{family}` stands for the id of that visit."""

    @shown(name, house, role, languages=languages)
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
page_of("floor-alarmed", FLOOR, of.alarmed, "floorwalker")
page_of("floor-late", FLOOR, overdue, "floorwalker")
page_of("floor-undo", FLOOR, received, "floorwalker")
page_of("floor-full", FLOOR, full, "floorwalker")
page_of("floor-evening", FLOOR, evening, "floorwalker")
page_of("floor-no-such-number", f"{FLOOR}?find=7", staffed, "floorwalker")
page_of("floor-arrival", f"{FLOOR}/arrivals/new", staffed, "floorwalker")
page_of("floor-offline-page", f"{FLOOR}/offline", staffed, "floorwalker")
opened("floor-pause", FLOOR, staffed, "floorwalker")
opened("floor-arrival-others", f"{FLOOR}/arrivals/new", staffed, "floorwalker")
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
WHO = f"{VISIT}/{{walked_in}}/who"
page_of("visit-who-where", f"{WHO}?purpose=work&stay=long&citizenship=nordic", staffed, "floorwalker")
opened("visit-who-known", WHO, staffed, "floorwalker")
for _name in ("away", "missed", "papers", "pending", "done", "used_up"):
    page_of(f"visit-{_name}", f"{VISIT}/{{{_name}}}", busy, "floorwalker")
page_of("visit-carried", f"{VISIT}/{{carried}}", evening, "floorwalker")
page_of("visit-late", f"{VISIT}/{{late}}", overdue, "floorwalker")
for _name in ("asked", "next", "sent_on"):
    page_of(f"visit-received-{_name}", f"{VISIT}/{{{_name}}}", received, "floorwalker")
page_of("visit-received-before", f"{VISIT}/{{asked}}", of.received_before, "floorwalker")
for _name in ("first", "second"):
    page_of(f"visit-split-{_name}", f"{VISIT}/{{{_name}}}", of.split_up, "floorwalker")
for _name in ("paper", "couple", "many"):
    page_of(f"visit-choose-{_name}", f"{VISIT}/{{{_name}}}", choosing, "floorwalker")
page_of("visit-slip", f"{VISIT}/{{plain}}/ticket", staffed, "floorwalker")


def _without_network(s: Scene, made: BrowserContext) -> Page:
    """The floor on a tablet that has kept what it needs, and then lost the network."""
    page = s.at(made, FLOOR)
    page.locator("#outbox[data-ready]").wait_for(state="attached")
    made.set_offline(True)
    return page


@shown("floor-offline", staffed, "floorwalker")
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.goto(s.house.base + FLOOR)
    cut_off(page)
    return page


@shown("floor-outbox", staffed, "floorwalker")
def _(s: Scene, made: BrowserContext) -> Page:
    page = _without_network(s, made)
    page.locator("#receive article button").first.click()
    expect(page.locator("#outbox-said")).to_be_visible()
    return page


@shown("floor-offline-acts", received, "floorwalker")
def _(s: Scene, made: BrowserContext) -> Page:
    """Two parties unfolded, and the numbers that this tablet may give."""
    page = _without_network(s, made)
    page.goto(f"{s.house.base}{VISIT}/anything")
    for summary in (".slip-card summary", f"#v-{s.visits['asked']['id']} summary"):
        page.locator(summary).first.click()
    return page


@shown("floor-offline-needs", received, "floorwalker")
def _(s: Scene, made: BrowserContext) -> Page:
    """Another page than the floor was chosen."""
    page = _without_network(s, made)
    page.goto(f"{s.house.base}{SITE}/devices")
    expect(page.locator("#needs-network")).to_be_visible()
    return page


@shown("floor-conflict", alone, "floorwalker")
def _(s: Scene, made: BrowserContext) -> Page:
    """What was done here without network comes too late: somebody else was quicker."""
    visit = s.house.arrive(language="pl")
    page = _without_network(s, made)
    page.locator(f"#r-{visit['id']} button").click()
    expect(page.locator("#outbox-said")).to_be_visible()
    s.house.post(f"/visits/{visit['id']}/departures")
    made.set_offline(False)
    expect(page.locator("#outbox-refused li")).to_be_visible()
    return page


@shown("floor-machine", calm, "floorwalker")
def _(s: Scene, made: BrowserContext) -> Page:
    """The screen in the hall has fallen silent."""
    if not s.house.get("/devices"):
        pair(s, made)
        s.house.clock.forward(seconds=40)
    page = s.at(made, FLOOR)
    expect(page.locator(".machine")).to_be_visible(timeout=15_000)
    return page


def pair(s: Scene, made: BrowserContext) -> None:
    """The context's browser becomes the screen that staff call "Hall"; it is paired once, for codes may not be typed often."""
    if (token := s.paths.get("hall")) is None:
        page = s.at(made, "/display/aalborg")
        expect(page.locator("#pair-code")).to_have_text(CODE)
        s.house.post("/devices", {"code": page.locator("#pair-code").inner_text(), "name": "Hall"})
        expect(page.locator("#pair")).to_be_hidden()
        page.close()
        s.paths["hall"] = next((c["value"], c["name"]) for c in made.cookies() if "device" in c["name"])
    else:
        made.add_cookies([{"name": token[1], "value": token[0], "url": s.house.base}])


@shown("visit-looked", choosing, "floorwalker")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.at(made, f"{VISIT}/{s.visits['couple']['id']}")
    page.locator(".plan input[value='cs.tax']").check()
    page.locator(".plan button[name=dry_run]").click()
    expect(page.locator(".told")).to_be_visible()
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


page_of("desk-outcomes", f"{DESK}/siri-1", of.at_siri, "admin")
opened("desk-outcomes-open", f"{DESK}/siri-1", of.at_siri, "admin")
page_of("desk-papers", f"{DESK}/cs-1", overdue, "clerk")
page_of("desk-next-late", f"{DESK}/tax-1", overdue, "admin")
page_of("desk-nobody", f"{DESK}/cs-1", alone, "clerk")
page_of("desk-after-hours", f"{DESK}/cs-1", of.closing, "clerk")
page_of("desk-reception", f"{DESK}/ihnd-2", received, "admin")


@shown("desk-somebody", of.between, "clerk")
def _(s: Scene, made: BrowserContext) -> Page:
    """The line was empty, and now somebody is in it."""
    page = s.at(made, f"{DESK}/cs-1")
    expect(page.locator("#desk[data-waiting='0']")).to_be_visible()
    visit = s.house.arrive("cs.cpr", pathway="nordic")
    expect(page.locator("#line tbody tr")).to_have_count(1)
    made.set_offline(True)
    s.house.post(f"/visits/{visit['id']}/departures")  # for who comes after
    return page


@shown("desk-locks-soon", staffed, "clerk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{s.house.base}{DESK}/cs-1")
    page.clock.fast_forward(9.2 * 60_000)
    page.clock.run_for(2000)
    expect(page.locator("#locks-soon")).to_be_visible()
    expect(page.locator("#stale")).to_be_hidden()  # the house is heard again
    return page


@shown("desk-offline", staffed, "clerk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{s.house.base}{DESK}/cs-1")
    cut_off(page)
    return page


@shown("desk-act-lost", staffed, "clerk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.at(made, f"{DESK}/cs-1")
    page.route("**/holds", lambda route: route.abort())
    page.keyboard.press("h")
    expect(page.locator("#said p")).to_be_visible()
    return page


@shown("desk-refused", alone, "clerk")
def _(s: Scene, made: BrowserContext) -> Page:
    """Nobody is left to be called: the key N says so."""
    page = s.at(made, f"{DESK}/cs-1")
    page.keyboard.press("n")
    expect(page.locator("#said p")).to_be_visible()
    return page


@shown("desk-outcome-missing", of.at_siri, "admin")
def _(s: Scene, made: BrowserContext) -> Page:
    """The key F before anything was said of the outcome."""
    page = s.at(made, f"{DESK}/siri-1")
    page.keyboard.press("f")
    expect(page.locator("#said p")).to_be_visible()
    return page


@shown("desk-keys-off", staffed, "clerk")
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.at(made, f"{DESK}/cs-1")
    page.locator("#keys").dispatch_event("click")  # a phone does not show the switch
    page.locator("#sound").click()
    return page


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
for _name, _house in (("told", of.doubted), ("told-closing", staffed)):

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
    shown(_name, onward, _role)(lambda s, made, page=_page: s.at(made, s.paths[page][0]))  # page is bound


@shown("hand-out-open", onward)
def _(s: Scene, made: BrowserContext) -> Page:
    page = s.at(made, s.paths["hand-out"][0])
    page.evaluate("document.querySelectorAll('main details').forEach((d) => { d.open = true; })")
    return page


for _name in ("hand-out", "programme-event"):
    shown(f"{_name}-dark", onward, color_scheme="dark")(
        lambda s, made, page=ONWARD[_name][0]: s.at(made, s.paths[page][0])
    )  # the same


@shown("programme-season-refused", onward, "admin")
def _(s: Scene, made: BrowserContext) -> Page:
    """A season that was pasted, with a row that can't be read."""
    page = s.at(made, s.paths["programme staff"][0])
    page.locator("summary").last.click()
    page.locator("#list").fill("Kode;Dato;Start;Slut;Titel;Sted\nspring;1. marts;17.00;19.00;Forår;Nordkraft")
    page.locator("form:has(#list) button").click()
    expect(page.locator(".notice li")).to_have_count(1)
    return page


page_of("programme-cancelled", f"{SITE}/programme/companies-2", onward, "")
opened("programme-filters", f"{SITE}/programme?audience=spouse", onward, "")


@shown("company-group-before", onward)
def _(s: Scene, made: BrowserContext) -> Page:
    if "later" not in s.paths:
        wanted = [{"pathway": "researcher", "persons": 2}]
        later = {"company": "Nordværk A/S", "day": "2026-12-03", "starts": "10:00", "wanted": wanted}
        s.paths["later"] = (s.house.post("/groups", later)["link"].removeprefix(s.house.base), "")
    return s.at(made, s.paths["later"][0])


page_of("sign-in", "/", quiet, "", OF_STAFF)
page_of("sign-in-locked", f"/?name=anna&to={DESK}/cs-1", quiet, "", OF_STAFF)
page_of("docs", "/docs", quiet, "")
page_of("no-such-page", f"{SITE}/nothing", quiet, "floorwalker")


@shown("no-network", quiet, "clerk", languages=("da",))
def _(s: Scene, made: BrowserContext) -> Page:
    """A desk's PC that keeps nothing."""
    page = s.at(made, f"{DESK}/cs-1")
    assert page.evaluate(WORKER)
    made.set_offline(True)
    page.reload()
    return page


@shown("locked-no-network", quiet, "clerk", languages=("da",))
def _(s: Scene, made: BrowserContext) -> Page:
    """A PC that was locked while the network was gone."""
    page = s.at(made, f"{DESK}/cs-1")
    assert page.evaluate(WORKER)
    made.set_offline(True)
    page.locator('form[action="/lock"] button').click()
    page.get_by_role("heading", name="Låst").wait_for()
    return page


@shown("sign-in-wrong", quiet, languages=OF_STAFF)
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
    "one-call": (of.one_call, ""),
    "calm": (calm, ""),
    "busy": (busy, ""),
    "crowd": (crowd, ""),
    "authority": (crowd, "?authority=cs"),
    "portrait-asked": (calm, "?portrait=1"),
    "closed-early": (of.shut, ""),
    "closed-evening": (evening, ""),
    "closing": (of.closing, ""),
    "a-minute-later": (of.a_minute_later, ""),
    "between-calls": (of.between, ""),
    "news": (of.news, ""),
    "programme": (onward, ""),
    "every-desk": (of.packed, ""),
    "authority-siri": (of.packed, "?authority=siri"),
    "authority-quiet": (calm, "?authority=siri"),
}


def wall(s: Scene, made: BrowserContext, query: str) -> Page:
    """The wall on a house, paired and tapped for sound."""
    pair(s, made)
    page = s.at(made, f"/display/aalborg{query}")
    expect(page.locator("#house [lang=da]")).to_have_text("International House North Denmark")
    page.mouse.click(2, 2)
    return page


for _name, (_house, _query) in WALL_OF.items():
    shown(f"wall-{_name}", _house, sizes=WALLS, languages=("da",))(
        lambda s, made, query=_query: wall(s, made, query)
    )  # query is bound


@shown("wall-not-tapped", quiet, sizes=WALLS, languages=("da",))
def _(s: Scene, made: BrowserContext) -> Page:
    return s.at(made, "/display/aalborg")


@shown("wall-called-again", of.called_again, sizes=WALLS, languages=("da",))
def _(s: Scene, made: BrowserContext) -> Page:
    """What was called within the last minute is played one after another: the second call of the number comes last."""
    page = wall(s, made, "")
    expect(page.locator("#newest [data-part=again]")).to_be_visible(timeout=30_000)
    return page


@shown("wall-never-connected", quiet, sizes=WALLS, languages=("da",))
def _(s: Scene, made: BrowserContext) -> Page:
    page = made.new_page()
    page.clock.install()
    page.route("**/api/**", lambda route: route.abort())
    page.route_web_socket("**/live/**", lambda socket: socket.close())
    page.goto(f"{s.house.base}/display/aalborg")
    for _ in range(20):
        page.clock.run_for(5000)
    expect(page.locator("#stale")).to_be_visible()
    return page


@shown("wall-unpaired", calm, sizes=WALLS, languages=("da",))
def _(s: Scene, made: BrowserContext) -> Page:
    """Staff let this screen go: it keeps its picture, and says so until it is somebody's again."""
    page = made.new_page()
    page.clock.install()
    sockets: list[WebSocketRoute] = []

    def followed(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) == 1:
            socket.connect_to_server()

    page.route_web_socket("**/live/**", followed)
    page.goto(f"{s.house.base}/display/aalborg")
    expect(page.locator("#newest")).to_be_visible()
    page.mouse.click(2, 2)
    sockets[0].close(code=4410)
    expect(page.locator("#stale")).to_be_visible()
    return page


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
