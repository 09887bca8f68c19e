"""The citizen's phone in a real browser: alive, without scripts, called, leaving; and what it weighs."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.live_house import LiveHouse, context, phone, running

HEAR = """
window.buzzes = []; window.locks = [];
navigator.vibrate = (pattern) => { window.buzzes.push(pattern); return true; };
Object.defineProperty(navigator, "wakeLock", { value: { request: async () => {
  const lock = { released: false, release: async () => { lock.released = true; } };
  window.locks.push(lock);
  return lock;
} } });
"""
PUSH = """
window.asked = [];
Object.defineProperty(Notification, "requestPermission", { value: async () => "%s" });
PushManager.prototype.subscribe = async function (options) {
  window.asked.push(options);
  const endpoint = "https://updates.push.services.mozilla.com/wpush/v2/x";
  const keys = { p256dh: "B".repeat(87), auth: "a".repeat(22) };
  return { toJSON: () => ({ endpoint, keys }), unsubscribe: async () => true };
};
PushManager.prototype.getSubscription = async () => null;
"""
THREE_G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 400 * 1024 / 8, "uploadThroughput": 400 * 1024 / 8}
NO_LIMIT = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
OWN_SCRIPTS = ("citizen.js", "chime.js", "live.js", "forms.js", "morph.js", "times.js")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    """A house of its own for each test."""
    with running(tmp_path) as found:
        found.open("tax-1", "cs-1", "cs-3")
        yield found


@pytest.fixture
def made(chrome: Browser, house: LiveHouse) -> Iterator[BrowserContext]:
    """A phone."""
    found = context(chrome, house)
    found.add_init_script(HEAR)
    yield found
    found.close()


@pytest.fixture
def bare(chrome: Browser, house: LiveHouse) -> Iterator[BrowserContext]:
    """A phone whose browser runs no scripts."""
    found = context(chrome, house, java_script_enabled=False)
    yield found
    found.close()


def heard(page: Page, what: str) -> Any:
    return page.evaluate(what)


# -------------------------------------------------------------------------------------------------------- it is alive


def test_a_call_turns_the_whole_card_yellow_and_says_where_to_go(house: LiveHouse, made: BrowserContext) -> None:
    visit = house.arrive("cs.tax")
    page = phone(made, house, visit)
    expect(page.locator("#number .num")).to_have_text("101")
    house.call("tax-1")
    expect(page.locator(".now")).to_contain_text("Your turn. Go now to")
    expect(page.locator(".where")).to_contain_text("Tax")
    expect(page.locator(".place")).to_contain_text("On the right, at the back of the hall")
    assert page.locator(".now").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 212, 71)"
    expect(page).to_have_title("Your turn now · 101")


def test_a_call_buzzes_once_and_keeps_the_screen_lit_until_one_is_seated(
    house: LiveHouse, made: BrowserContext
) -> None:
    page = phone(made, house, house.arrive("cs.tax"))
    page.locator("#number").click()
    house.call("tax-1")
    expect(page.locator("#ticket.called")).to_be_visible()
    page.reload()
    expect(page.locator("#ticket.called")).to_be_visible()
    page.wait_for_function("window.locks.length === 1")
    assert heard(page, "window.buzzes.length") == 0, "the same call was told of before the reload"
    house.post("/desks/tax-1/starts")
    expect(page.locator("#ticket.serving")).to_be_visible()
    page.wait_for_function("window.locks[0].released")


def test_a_second_call_buzzes_again(house: LiveHouse, made: BrowserContext) -> None:
    page = phone(made, house, house.arrive("cs.tax"))
    page.locator("#number").click()
    for act, said in (("calls", "Your turn. Go now to"), ("recalls", "We called you again")):
        house.post(f"/desks/tax-1/{act}")
        expect(page.locator(".now")).to_contain_text(said)
    page.wait_for_function("window.buzzes.length === 2")


def test_ten_minutes_are_given_twice_and_no_more(house: LiveHouse, made: BrowserContext) -> None:
    page = phone(made, house, house.arrive("cs.tax"))
    for _ in range(2):
        page.get_by_role("button", name="I need 10 minutes").click()
        expect(page.locator(".now")).to_contain_text("You are away until 09:10")
        page.get_by_role("button", name="I am back").click()
        expect(page.locator(".now")).to_contain_text("Next: Tax card")
    expect(page.get_by_role("button", name="I need 10 minutes")).to_have_count(0)
    expect(page.locator("#no-more-time")).to_be_visible()


def test_leaving_asks_first_and_one_may_come_back(house: LiveHouse, made: BrowserContext) -> None:
    page = phone(made, house, house.arrive("cs.tax"))
    expect(page.get_by_role("button", name="Yes, leave the queue")).to_be_hidden()
    page.get_by_text("Leave the queue", exact=True).click()
    page.get_by_role("button", name="Yes, leave the queue").click()
    expect(page.locator(".now")).to_contain_text("You have left the queue")
    page.get_by_role("button", name="Come back into line").click()
    expect(page.locator(".now")).to_contain_text("Next: Tax card")


def test_who_missed_the_call_comes_back_behind_the_next_two(house: LiveHouse, made: BrowserContext) -> None:
    first, *_ = [house.arrive("cs.tax") for _ in range(4)]
    house.post("/desks/cs-3/pauses")
    house.call("tax-1", first)
    house.post("/desks/tax-1/misses")
    page = phone(made, house, first)
    page.get_by_role("button", name="I am here: back in line").click()
    expect(page.locator(".now")).to_contain_text("2 groups are in line before you.")


def test_what_one_is_reading_stays_open_when_the_page_changes(house: LiveHouse, made: BrowserContext) -> None:
    page = phone(made, house, house.arrive("cs.cpr", pathway="nordic"))
    page.get_by_text("Where is it?").click()
    other = house.arrive("cs.cpr")
    house.call("cs-1", other)
    page.wait_for_function("seq => Number(document.querySelector('#live').dataset.seq) < seq", arg=house.floor()["seq"])
    expect(page.locator("#map .map svg")).to_be_visible()


# ---------------------------------------------------------------------------------------------------- without scripts


def test_without_scripts_one_sees_the_place_steps_out_comes_back_and_leaves(
    house: LiveHouse, bare: BrowserContext
) -> None:
    page = phone(bare, house, house.arrive("cs.tax"))
    expect(page.locator("#number .num")).to_have_text("101")
    expect(page.locator(".now")).to_contain_text("You are first in line.")
    page.get_by_role("button", name="I need 10 minutes").click()
    expect(page.locator(".now")).to_contain_text("You are away until 09:10")
    page.get_by_role("button", name="I am back").click()
    page.get_by_text("Leave the queue", exact=True).click()
    page.get_by_role("button", name="Yes, leave the queue").click()
    expect(page.locator(".now")).to_contain_text("You have left the queue")


def test_without_scripts_a_refusal_stands_on_the_page(house: LiveHouse, bare: BrowserContext) -> None:
    visit = house.arrive("cs.tax")
    page = phone(bare, house, visit)
    house.call("tax-1")
    page.get_by_role("button", name="I need 10 minutes").click()
    expect(page.locator("#said")).to_contain_text("That is not possible now. Look at the screen again")
    expect(page.locator(".now")).to_contain_text("Your turn. Go now to")


def test_without_scripts_the_page_asks_again_by_itself(house: LiveHouse, bare: BrowserContext) -> None:
    page = phone(bare, house, house.arrive("cs.tax"))
    assert 'http-equiv="refresh"' in page.content()


# --------------------------------------------------------------------------------------------------- telling the owner


def push(house: LiveHouse) -> None:
    """The server sends messages, to nowhere."""
    from app.notify.push import Push

    house.app.state.ways["push"] = Push(b"x" * 40, "mailto:house@example.org")


@pytest.mark.parametrize("answer", ["granted", "denied"])
def test_one_button_subscribes_where_it_may_and_sounds_where_it_may_not(
    house: LiveHouse, chrome: Browser, answer: str
) -> None:
    push(house)
    made = context(chrome, house)
    made.add_init_script(HEAR + PUSH % answer)
    first, visit = house.arrive("cs.tax"), house.arrive("cs.tax")
    page = phone(made, house, visit)
    page.get_by_role("button", name="Tell me when it is my turn").click()
    said = page.locator("#tell-me-push" if answer == "granted" else "#tell-me-blocked")
    expect(said).to_be_visible()
    house.call("tax-1", first)
    expect(page.locator(".now")).to_contain_text("You are first in line.")
    expect(said).to_be_visible()  # also after further screens
    assert heard(page, "window.asked.length") == (answer == "granted")
    expect(page.locator("#tell-me-button")).to_have_attribute("aria-pressed", "true")
    made.close()


def test_without_a_key_of_the_server_the_button_only_sounds(house: LiveHouse, made: BrowserContext) -> None:
    made.add_init_script(PUSH % "granted")
    page = phone(made, house, house.arrive("cs.tax"))
    page.get_by_role("button", name="Tell me when it is my turn").click()
    expect(page.locator("#tell-me-sound")).to_be_visible()
    assert heard(page, "window.asked.length") == 0
    page.locator("#tell-me-button").click()
    expect(page.locator("#tell-me-sound")).to_be_hidden()


# ------------------------------------------------------------------------------------------------------- what it weighs


def weighed(page: Page, address: str) -> dict[str, int]:
    """The bytes that each answer of a page brings, headers and all, nothing cached."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    network.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]}))
    network.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: int(e["encodedDataLength"])}))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return {names[known].partition("?")[0].rpartition("/")[2]: size for known, size in sizes.items() if known in names}


@pytest.mark.parametrize("language", ["en", "uk"])
def test_the_page_weighs_less_than_60_kb_and_its_scripts_less_than_15_kb(
    house: LiveHouse, chrome: Browser, language: str
) -> None:
    made = context(chrome, house, language=language)
    visit = house.arrive("cs.cpr", "cs.mitid", "cs.tax", pathway="third_country", adults=2, children=3)
    sizes = weighed(made.new_page(), f"{house.base}/t/{visit['token']}")
    scripts = sum(len(gzip.compress((Path("templates/assets") / name).read_bytes())) for name in OWN_SCRIPTS)
    made.close()
    print(
        f"\nphone page in {language}: {sum(sizes.values())} bytes all told {sizes}; own scripts {scripts} bytes compressed"
    )
    assert set(OWN_SCRIPTS) == {name for name in sizes if name.endswith(".js")}
    assert sum(sizes.values()) < 60_000
    assert scripts < 15_000


BLOCKING = "() => performance.getEntriesByType('resource').filter((e) => e.renderBlockingStatus === 'blocking').map((e) => e.name)"
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@pytest.mark.parametrize(
    ("name", "network"), [("3G, 1.6 Mbit/s and 150 ms", THREE_G), ("slow 3G", SLOW_3G), ("no throttle", NO_LIMIT)]
)
def test_the_first_words_wait_for_the_page_and_its_two_styles_alone(
    house: LiveHouse, made: BrowserContext, measured: Callable[[str], None], name: str, network: dict[str, Any]
) -> None:
    """Two round trips: what blocks is named by the page itself, and no script does. The time is told, not judged."""
    visit = house.arrive("cs.cpr", "cs.mitid", "cs.tax", pathway="third_country")
    page = made.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", network)
    page.goto(f"{house.base}/t/{visit['token']}")
    page.wait_for_function(PAINT)
    measured(f"first contentful paint of the phone page on {name}: {page.evaluate(PAINT):.0f} ms")
    blocking = {url.partition("?")[0].rpartition("/")[2] for url in page.evaluate(BLOCKING)}
    assert blocking == {"base.css", "citizen.css"}
    assert "@import" not in "".join((Path("templates/assets") / css).read_text() for css in blocking)


@pytest.mark.parametrize("language", ["en", "da", "ar"])
@pytest.mark.parametrize("width", [320, 360, 1024])
def test_a_second_tap_on_stepping_out_folds_it_again_and_asks_for_nothing(
    house: LiveHouse, chrome: Browser, language: str, width: int
) -> None:
    visit = house.arrive("cs.tax")
    made = context(chrome, house, (width, 740), language)
    page = phone(made, house, visit)
    out = page.locator("#step-out")
    out.locator("summary").scroll_into_view_if_needed()
    summary = out.locator("summary").bounding_box()
    assert summary
    places = lambda: page.evaluate(
        """() => ["#act-ten button", "#step-out summary"].map((one) => {
            const { x, y, width } = document.querySelector(one).getBoundingClientRect();
            return [x, y, width];
        })"""
    )
    before = places()
    for unfolded in (True, False):
        page.mouse.click(summary["x"] + summary["width"] / 2, summary["y"] + summary["height"] / 2)
        expect(out).to_have_js_property("open", unfolded)
        assert places() == before
    assert house.get(f"/visits/{visit['id']}")["away_until"] is None
    made.close()
