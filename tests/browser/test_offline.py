"""R9: the tablet works ten minutes without network; every act is sent once, in order, and no refusal is silent."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.store.access import Holder, make_token
from app.store.store import Store
from tests.browser.live_house import until
from tests.browser.staff_harness import FLOOR, CuttingProxy, House, house
from tests.browser.states import WORKER
from tests.builders import MORNING, Clock
from tests.server import SECRET

WRONG_KEY = (
    "new URLSearchParams(act.body)",
    'new URLSearchParams(act.body.replace(/key=\\w+/, "key=" + crypto.randomUUID()))',
)


@pytest.fixture
def aalborg(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        yield found


def broken(context: BrowserContext, protection: str, instead: str) -> None:
    """For a control: the tablet's script with other words where its protection stands."""
    script = Path("templates/assets/offline.js").read_text(encoding="utf-8")
    assert protection in script, "nothing would be broken"
    body = script.replace(protection, instead)
    context.route("**/assets/offline.js*", lambda route: route.fulfill(content_type="text/javascript", body=body))


def tablet(context: BrowserContext, floor: str = FLOOR) -> Page:
    """The floor, with its worker in charge and the page for the time without network kept."""
    page = context.new_page()
    page.goto(floor)
    page.locator("#outbox[data-ready]").wait_for(state="attached")
    return page


def without_network(context: BrowserContext, page: Page) -> None:
    """The network is gone, and the tablet's page is loaded anew."""
    context.set_offline(True)
    page.goto(f"{FLOOR}/visits/anything")
    expect(page.get_by_role("heading", name="Without network")).to_be_visible()


def tap(page: Page, visit: str, name: str, times: int) -> None:
    """One act, and what the tablet says that it keeps."""
    card = page.locator(f"#v-{visit}")
    if card.get_attribute("open") is None:
        card.locator("summary").first.click()
    card.get_by_role("button", name=name).first.click()
    kept = "One act is kept" if times == 1 else f"{times} acts are kept"
    expect(page.locator("#outbox-said")).to_contain_text(kept)


def forty(page: Page, visits: list[str]) -> None:
    """Forty acts: three on each of ten visits, five arrivals with kept numbers, and one more on each of those."""
    done = 0
    for visit in visits:
        for name in ("Goes before others", "Away for 15 minutes", "Set"):
            tap(page, visit, name, done := done + 1)
    slips = page.locator(".slip-card").evaluate_all("cards => cards.map((card) => card.id.slice(2))")
    assert len(slips) == 5
    for slip in slips:
        tap(page, slip, "1 adult", done := done + 1)
        tap(page, slip, "Goes before others", done := done + 1)
    assert done == 40


EXPECTED = Counter(priority_set=15, stepped_out=10, pathway_set=10, arrived=5)


def synced(aalborg: House, chrome: Browser, patched: bool) -> tuple[Counter[str], int, CuttingProxy, float]:
    """What the log holds after forty acts without network were sent through a network that cuts, what was refused, and how
    many seconds after the network came back nothing was left to send."""
    visits = [aalborg.arrive()["id"] for _ in range(10)]
    with CuttingProxy(aalborg.server.port, 0.3) as proxy, aalborg.context(chrome, proxy.base) as context:
        if patched:
            broken(context, *WRONG_KEY)
        page = tablet(context)
        without_network(context, page)
        before = aalborg.events()[-1]["seq"]
        forty(page, visits)
        back = time.monotonic()
        context.set_offline(False)
        page.locator("#outbox-said").wait_for(state="hidden", timeout=60_000)
        took = time.monotonic() - back
        refused = page.locator("#outbox-refused li").count()
    kinds = Counter(e["kind"] for e in aalborg.events(before) if e["kind"] in EXPECTED)
    return kinds, refused, proxy, took


def test_forty_acts_without_network_are_each_done_once(
    aalborg: House, chrome: Browser, measured: Callable[[str], None]
) -> None:
    kinds, refused, proxy, took = synced(aalborg, chrome, patched=False)
    done = sum((kinds & EXPECTED).values())
    measured(
        f"R9: {done}/40 acts applied {took:.1f} s after the network came back, {proxy.cuts} replies cut on the way"
    )
    assert proxy.cuts > 3
    assert (kinds, refused) == (EXPECTED, 0)
    assert {v["number"] for v in aalborg.get("/visits")} >= {995, 996, 997, 998, 999}


def test_control_with_a_new_key_for_each_try_acts_are_done_twice(
    aalborg: House, chrome: Browser, measured: Callable[[str], None]
) -> None:
    kinds, refused, proxy, _ = synced(aalborg, chrome, patched=True)
    twice = kinds - EXPECTED
    measured(f"R9 control, a new key for each try: {dict(twice)} done once too often, {refused} refused")
    assert proxy.cuts > 3
    assert twice


def test_acts_are_sent_in_the_order_in_which_they_were_made(aalborg: House, chrome: Browser) -> None:
    visit = aalborg.arrive()["id"]
    with aalborg.context(chrome) as context:
        page = tablet(context)
        without_network(context, page)
        before = aalborg.events()[-1]["seq"]
        for done, name in enumerate(("Away for 15 minutes", "Goes before others", "Set"), 1):
            tap(page, visit, name, done)
        context.set_offline(False)
        expect(page.locator("#outbox-said")).to_be_hidden(timeout=30_000)
    kinds = [e["kind"] for e in aalborg.events(before) if e["visit"] == visit]
    assert kinds[:3] == ["stepped_out", "priority_set", "pathway_set"]


def kept_page(page: Page, site: str, visit: str) -> None:
    """Without network: this house's own page, with its own visit."""
    page.goto(f"/sites/{site}/floor")
    expect(page.get_by_role("heading", name="Without network")).to_be_visible()
    expect(page.locator(f"#v-{visit}")).to_be_visible()


def test_two_houses_behind_one_address_keep_a_page_each_and_their_acts_apart(aalborg: House, chrome: Browser) -> None:
    odense = aalborg.neighbour("odense")
    here, there = aalborg.arrive()["id"], odense.arrive()["id"]
    with aalborg.context(chrome) as context:
        tablet(context).close()
        odense.sign_in(context)
        page = tablet(context, "/sites/odense/floor")
        context.set_offline(True)
        kept_page(page, "aalborg", here)
        tap(page, here, "Goes before others", 1)
        kept_page(page, "odense", there)
        expect(page.locator("#outbox-said")).to_be_hidden()
        tap(page, there, "Goes before others", 1)
        context.set_offline(False)
        expect(page.locator("#outbox-said")).to_be_hidden(timeout=30_000)
        assert odense.get(f"/visits/{there}")["priority"] is True
        assert aalborg.get(f"/visits/{here}")["priority"] is False, "nobody of this house is signed in"
        aalborg.sign_in(context)
        page.goto(FLOOR)
        until(lambda: aalborg.get(f"/visits/{here}")["priority"])
        expect(page.locator("#outbox-refused li")).to_have_count(0)


def test_what_is_refused_afterwards_is_shown_until_somebody_has_seen_it(aalborg: House, chrome: Browser) -> None:
    gone, stays = aalborg.arrive("cs.tax"), aalborg.arrive()
    with aalborg.context(chrome) as context:
        page = tablet(context)
        without_network(context, page)
        tap(page, gone["id"], "Has left", 1)
        tap(page, stays["id"], "Goes before others", 2)
        aalborg.post("/desks/tax-1/openings")
        assert aalborg.post("/desks/tax-1/calls")["call"]["number"] == gone["number"]
        context.set_offline(False)
        refused = page.locator("#outbox-refused li")
        expect(refused).to_have_text(
            re.compile(f"This was not done: {gone['number']}: Has left.*This party is at desk")
        )
        page.goto(FLOOR)
        expect(refused).to_have_count(1)
        refused.get_by_role("button", name="Seen").click()
        expect(refused).to_have_count(0)
    assert aalborg.get(f"/visits/{stays['id']}")["priority"] is True
    assert aalborg.get(f"/visits/{gone['id']}")["state"] == "active"


@pytest.mark.parametrize("protected", [True, False])
def test_a_second_tap_on_what_waits_is_no_second_act(aalborg: House, chrome: Browser, protected: bool) -> None:
    """The control: without the look at what waits the same is kept, and later refused, twice."""
    visit = aalborg.arrive()["id"]
    with aalborg.context(chrome) as context:
        if not protected:
            broken(context, "if (last && ", "if (false && ")
        page = tablet(context)
        context.set_offline(True)
        for kept in ("One act is kept", "One act is kept" if protected else "2 acts are kept"):
            page.locator(f"#r-{visit}").get_by_role("button", name="Receive").click()
            expect(page.locator("#outbox-said")).to_contain_text(kept)
            page.wait_for_timeout(600)


def test_what_needs_the_network_leads_to_the_kept_page_which_says_so_and_when_the_network_is_back(
    aalborg: House, chrome: Browser
) -> None:
    visit = aalborg.arrive("cs.tax")["id"]
    with aalborg.context(chrome) as context:
        page = tablet(context)
        page.goto(f"{FLOOR}/visits/{visit}")
        context.set_offline(True)
        page.get_by_role("button", name="Plan anew").or_(page.get_by_role("button", name="Plan today")).click()
        expect(page.get_by_role("heading", name="Without network")).to_be_visible()
        expect(page.locator("#lost-act")).to_be_visible()
        context.set_offline(False)
        expect(page.get_by_role("heading", name="The network is back")).to_be_visible(timeout=15_000)
        expect(page.get_by_role("heading", name="Without network")).to_be_hidden()
        page.get_by_role("link", name="Back to the floor").click()
        expect(page.get_by_role("heading", name="Floor", exact=True)).to_be_visible()


@pytest.mark.parametrize("everywhere", [True, False], ids=["all pages", "control"])
def test_a_page_that_needs_the_network_leads_to_the_kept_one_and_back(
    aalborg: House, chrome: Browser, everywhere: bool
) -> None:
    """The control: a worker for the floor alone leaves whoever chooses another page to the browser's own."""
    with aalborg.context(chrome) as context:
        if not everywhere:
            broken(context, 'register("/staff-worker.js")', 'register("/staff-worker.js", { scope: home })')
        page = tablet(context)
        context.set_offline(True)
        told = page.get_by_role("link", name="Who must be told")
        if not everywhere:
            with page.expect_event("requestfailed", lambda request: request.is_navigation_request()):
                told.click(no_wait_after=True)
            return
        told.click()
        expect(page.get_by_role("heading", name="Without network")).to_be_visible()
        expect(page.locator("#needs-network")).to_be_visible()
        expect(page.locator("#lost-act")).to_be_hidden()
        page.locator("summary").filter(has_text="More pages").click()
        page.get_by_role("link", name="Devices").click()
        expect(page.locator("#again")).to_have_attribute("href", "/sites/aalborg/devices")
        context.set_offline(False)
        expect(page.get_by_role("link", name="Back to the floor")).to_be_visible(timeout=15_000)
        expect(page.locator("#needs-network")).to_be_hidden()


CUT = """(list) => {
    const words = document.createElement("canvas").getContext("2d");
    words.font = getComputedStyle(list).font;
    const room = list.clientWidth - 2 * parseFloat(getComputedStyle(list).paddingInlineStart) - 16; // its arrow
    return words.measureText(list.selectedOptions[0].text).width > room;
}"""
"""Whether what is chosen in a list cannot be read whole."""


@pytest.mark.parametrize("language", ["en", "da"])
def test_on_a_phone_without_network_one_reads_who_was_chosen(aalborg: House, chrome: Browser, language: str) -> None:
    aalborg.arrive("cs.tax")
    with aalborg.context(chrome, locale=language, viewport={"width": 360, "height": 740}) as context:
        page = tablet(context)
        page.goto(f"{FLOOR}/offline")
        page.locator(".kit summary").last.click()
        chosen = page.locator(".kit select").last
        for kind in ("eu_worker", "eu_student"):
            chosen.select_option(kind)
            assert not chosen.evaluate(CUT)


def no_network(page: Page, path: str) -> None:
    """A page of ours says it, under the address that was asked for."""
    page.goto(path)
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).display") == "grid", "in our own look"


def test_a_desk_without_network_shows_a_page_of_ours_and_goes_on_where_it_was(aalborg: House, chrome: Browser) -> None:
    desk = "/sites/aalborg/desks/tax-1"
    with aalborg.context(chrome) as context:
        page = context.new_page()
        page.goto(desk)
        assert page.evaluate(WORKER)
        assert page.evaluate("caches.keys()") == ["samedag-no-network"], "nothing of the desk is kept"
        context.set_offline(True)
        no_network(page, desk)
        context.set_offline(False)
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", name="Tax")).to_be_visible()


def test_after_a_lock_the_way_in_says_that_there_is_no_network(aalborg: House, chrome: Browser) -> None:
    with aalborg.context(chrome) as context:
        page = tablet(context)
        page.locator('form[action="/lock"] button').click()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        context.set_offline(True)
        for path in (FLOOR, "/?name=anna&to=/sites/aalborg/floor"):
            no_network(page, path)
        context.set_offline(False)
        page.goto("/?name=anna")
        page.get_by_label("Password").fill("anything")
        context.set_offline(True)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="No network")).to_be_visible()
        assert "anna" not in page.url


def another_session(place: Path) -> str:
    """The token of whoever signs in next at the house that is kept there."""
    store = Store(f"sqlite:///{place}/samedag.db", Clock(), SECRET.encode())
    token = store.write_here(lambda db: make_token(db, Holder("aalborg", "next", "admin", ()), MORNING))
    store.close()
    return token


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "control"])
@pytest.mark.parametrize("path", [FLOOR, "/sites/aalborg/desks/tax-1"], ids=["tablet", "desk"])
def test_a_lock_without_network_reaches_the_server_before_anything_else(
    aalborg: House, chrome: Browser, tmp_path: Path, path: str, kept: bool
) -> None:
    """The control: no worker keeps it, and whoever comes when the network is back is let in."""
    with aalborg.context(chrome) as context:
        if not kept:
            context.add_init_script("navigator.serviceWorker.register = () => new Promise(() => {})")
        page = context.new_page()
        page.goto(path)
        signed_in = context.cookies()
        if kept:
            assert page.evaluate(WORKER)
        context.set_offline(True)
        lock = page.locator('form[action="/lock"] button')
        if not kept:
            with page.expect_event("requestfailed", lambda request: request.is_navigation_request()):
                lock.click(no_wait_after=True)
            context.set_offline(False)
            page.goto(path)
            expect(page.locator("#live")).to_be_visible()
            return
        lock.click()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        page.goto(path)
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        context.set_offline(False)
        expect(page.get_by_label("Password")).to_be_visible(timeout=15_000)  # by itself
        context.add_cookies(signed_in)  # as if somebody had kept them
        page.goto(path)
        expect(page.get_by_label("Password")).to_be_visible()
        aalborg.token = another_session(tmp_path)
        aalborg.sign_in(context)
        for _ in range(2):  # who comes next is not locked by what was wished before
            page.goto(path)
            expect(page.locator("#live")).to_be_visible()


def test_a_number_that_a_tablet_keeps_is_given_by_nobody_else(aalborg: House, chrome: Browser) -> None:
    with aalborg.context(chrome) as context:
        tablet(context)
    body = {"arrival": "walk_in", "members": [{"kind": "adult"}], "number": 999}
    assert aalborg.post("/visits", body)["code"] == "number_taken"
    assert aalborg.post("/visits", body | {"number": 900})["number"] == 900


def test_the_tablet_can_be_installed(aalborg: House, chrome: Browser) -> None:
    with aalborg.context(chrome) as context:
        page = tablet(context)
        errors = context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert [e["errorId"] for e in errors if e["errorId"] != "in-incognito"] == []
