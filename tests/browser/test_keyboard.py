"""A1: ten tasks of citizens and staff by keyboard alone: every step is reached by Tab, is seen to be reached, and lets go."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.keyboard import press, strike, tab_to
from tests.browser.live_house import LiveHouse, context, phone, running

SITE = "/sites/aalborg"
ANSWERS = {
    "What brings you here?": "Work",
    "How long": "In Denmark for more than",
    "citizenship": "Finnish",
    "municipalities": "Yes",
    "Have you ever had": "No",
}
"""A Nordic worker's."""
Open = Callable[..., Page]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    """A house of its own for each test."""
    with running(tmp_path) as found:
        found.open("tax-1", "cs-1", "siri-1")
        yield found


@pytest.fixture
def opened(chrome: Browser, house: LiveHouse) -> Iterator[Open]:
    """A page at a path, signed in as a role."""
    made = []

    def at(path: str, role: str = "floorwalker") -> Page:
        made.append(context(chrome, house, (1024, 768), "en", role))
        page = made[-1].new_page()
        page.goto(house.base + path)
        return page

    yield at
    for one in made:
        one.close()


@pytest.fixture
def ticket(chrome: Browser, house: LiveHouse) -> Iterator[Page]:
    """The phone of somebody who waits for a tax card."""
    made, visit = context(chrome, house), house.arrive("cs.tax")
    # Its first promise is on its way: what it moves on the page must not move under the keys.
    while not any(stop["window"] for v in house.floor()["visits"] for stop in v["stops"]):
        time.sleep(0.05)
    yield phone(made, house, visit)
    made.close()


def test_a_citizen_asks_for_ten_minutes_and_comes_back(ticket: Page) -> None:
    press(ticket, "I need 10 minutes")
    expect(ticket.locator(".now")).to_contain_text("You are away until")
    press(ticket, "I am back", "Space")
    expect(ticket.locator(".now")).to_contain_text("Next: Tax card")


def test_a_citizen_leaves_after_being_asked(ticket: Page) -> None:
    press(ticket, "Leave the queue")
    press(ticket, "Yes, leave the queue")
    expect(ticket.locator(".now")).to_contain_text("You have left the queue")


def test_a_citizen_changes_the_language(ticket: Page) -> None:
    press(ticket, "English")
    press(ticket, "Polski")
    expect(ticket.locator("#number")).to_contain_text("Twój numer")


def test_a_family_checks_in_for_its_appointment(house: LiveHouse, opened: Open) -> None:
    house.book("N2;09:20;EU-familiemedlem;3")
    page = opened(f"{SITE}/kiosk", "kiosk")
    tab_to(page, "Dansk")  # beyond the choice of language that every page has
    press(page, "English")
    press(page, "I have an appointment today")
    press(page, "09:20")
    press(page, "1")
    expect(page.locator(".issued .num")).to_have_text("101")
    assert [m["kind"] for m in house.floor()["visits"][0]["members"]] == ["adult", "adult", "child"]


def test_a_floorwalker_receives_asks_ticks_papers_plans_and_shows_the_ticket(house: LiveHouse, opened: Open) -> None:
    visit = house.arrive()
    page = opened(f"{SITE}/floor")
    press(page, f"Receive {visit['number']}")
    page.wait_for_url(f"**/visits/{visit['id']}")
    press(page, "Ask the questions")
    page.wait_for_url("**/who")
    for asked, answer in ANSWERS.items():
        expect(page.locator("h1")).to_contain_text(asked)
        press(page, answer)
    page.wait_for_url(f"**/visits/{visit['id']}*")
    press(page, "Seen")
    expect(page.locator("#papers button[aria-pressed=true]")).to_have_count(1)
    press(page, "Plan today")
    expect(page.locator("#plan .steps li").first).to_be_visible()
    press(page, "The slip, to print")
    expect(page.locator(".slip .qr svg")).to_be_visible()
    tab_to(page, "Print")


def test_a_floorwalker_finds_a_number(house: LiveHouse, opened: Open) -> None:
    visit = house.arrive("cs.tax")
    page = opened(f"{SITE}/floor")
    tab_to(page, "Find a number")
    page.keyboard.type(str(visit["number"]))
    strike(page, "Enter")
    expect(page.locator("#visit-title .num")).to_have_text(str(visit["number"]))


def test_a_clerk_finishes_a_family_with_an_outcome_each_and_undoes_it(house: LiveHouse, opened: Open) -> None:
    house.book("N2;09:20;EU-familiemedlem;2")
    visit = house.arrive(arrival="booked", booking_ref="N2", adults=2)
    page = opened(f"{SITE}/desks/siri-1", "admin")
    for key, shown in (("n", "called"), ("s", "at the desk")):
        page.keyboard.press(key)
        expect(page.locator("#hand .what")).to_contain_text(shown)
    tab_to(page, "Issued")
    page.keyboard.press("Space")
    tab_to(page, "As above")
    tab_to(page, "As above")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("f")
    expect(page.locator("#hand .what")).to_contain_text("Nobody at the desk")
    (stop,) = [s for s in house.get(f"/visits/{visit['id']}")["stops"] if s["service"] == "siri.residence"]
    assert stop["outcomes"] == {"m1": "issued", "m2": "pending"}
    page.keyboard.press("u")
    expect(page.locator("#hand .what")).to_contain_text("at the desk")


def test_a_clerk_takes_a_break_and_opens_again(opened: Open) -> None:
    page = opened(f"{SITE}/desks/cs-1", "clerk")
    press(page, "Break")
    press(page, "15 minutes")
    expect(page.locator("#hand-title")).to_contain_text("on a break")
    press(page, "Open this desk")
    expect(page.locator("#hand-title")).to_contain_text("open")


def test_a_manager_says_that_a_service_is_out_of_order_and_that_it_is_back(house: LiveHouse, opened: Open) -> None:
    page = opened(f"{SITE}/floor", "manager")
    press(page, "Report a service out of order")
    tab_to(page, "Service")
    page.keyboard.type("tax")
    tab_to(page, "A word for colleagues")
    page.keyboard.type("The tax system is down.")
    press(page, "Say that it is out of order")
    expect(page.locator("#services .down")).to_contain_text("The tax system is down.")
    press(page, "It is back")
    expect(page.locator("#services")).to_contain_text("Everything works.")


def test_an_administrator_types_in_the_code_of_a_kiosk(house: LiveHouse, opened: Open, chrome: Browser) -> None:
    alone = context(chrome, house, (1024, 768))
    kiosk = alone.new_page()
    kiosk.goto(f"{house.base}{SITE}/kiosk")
    expect(kiosk.locator("#code")).not_to_have_text("…")
    page = opened(f"{SITE}/devices", "admin")
    tab_to(page, page.locator("label[for=code]").inner_text())
    page.keyboard.type(kiosk.locator("#code").inner_text())
    strike(page, "Enter")
    expect(kiosk.locator("#start-title")).to_be_visible()
    alone.close()


def test_control_what_tab_does_not_reach_is_not_done(ticket: Page) -> None:
    ticket.locator("#act-ten").evaluate("form => { form.dataset.keep = ''; form.elements[2].tabIndex = -1; }")
    with pytest.raises(AssertionError, match="no 'I need 10 minutes'"):
        press(ticket, "I need 10 minutes")


def test_control_a_focus_that_is_not_seen_is_found(ticket: Page) -> None:
    ticket.evaluate("""() => {
      const look = new CSSStyleSheet();
      look.replaceSync("button:focus-visible { outline: none !important; }");
      document.adoptedStyleSheets = [look];
    }""")
    with pytest.raises(AssertionError, match="not to be seen"):
        press(ticket, "I need 10 minutes")
