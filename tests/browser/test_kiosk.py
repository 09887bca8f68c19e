"""The kiosk in a real browser: by finger, by keyboard and without scripts; slow readers, paper, and nobody else's ticket."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.live_house import LiveHouse, context, running
from tests.browser.states import sends

KIOSK = (1024, 768)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    """A house of its own for each test."""
    with running(tmp_path) as found:
        found.open("siri-1", "ihnd-1", "career-1")
        found.book("N1;09:10;EU-opholdsdokument;1", "N2;09:20;EU-familiemedlem;3", "N3;08:10;EU-opholdsdokument;1")
        yield found


@pytest.fixture
def made(chrome: Browser, house: LiveHouse) -> Iterator[BrowserContext]:
    """The kiosk's browser."""
    found = context(chrome, house, KIOSK, role="kiosk")
    yield found
    found.close()


def stand(made: BrowserContext, house: LiveHouse, step: str = "") -> Page:
    page = made.new_page()
    page.goto(f"{house.base}/sites/aalborg/kiosk{step}")
    return page


def test_a_booking_checks_in_by_its_time_and_the_number_of_people(house: LiveHouse, made: BrowserContext) -> None:
    page = stand(made, house)
    page.get_by_role("link", name="English").first.click()
    page.get_by_role("link", name="I have an appointment today").click()
    page.get_by_role("link", name="09:20").click()
    page.locator("#with-N2").get_by_role("button", name="1").click()
    expect(page.locator(".issued .num")).to_have_text("101")
    expect(page.locator(".issued")).to_contain_text("Your appointment: 09:20")
    visit = house.floor()["visits"][0]
    assert [m["kind"] for m in visit["members"]] == ["adult", "adult", "child"]


def test_the_language_chosen_first_is_the_ticket_s_too(house: LiveHouse, made: BrowserContext) -> None:
    page = stand(made, house)
    page.get_by_role("link", name="Українська").last.click()
    expect(page.locator("#home-title")).to_have_text("Що ви хочете зробити?")
    page.locator("#home").get_by_role("link", name="Кар’єрна консультація").click()
    page.locator("#ihnd-career button").click()
    expect(page.locator("#issued-title")).to_contain_text("Ваш номер")
    assert house.floor()["visits"][0]["language"] == "uk"


def test_an_open_kiosk_learns_what_has_changed_and_keeps_what_was_chosen(
    house: LiveHouse, made: BrowserContext
) -> None:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{house.base}/sites/aalborg/kiosk#reception")
    page.locator("#reception [name=adults][value='3']").check(force=True)
    house.post("/services/ihnd.career/pauses", {"notice": ""})
    for _ in range(15):
        page.clock.run_for(2000)
        page.wait_for_timeout(50)  # the house answers in time of its own
    expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator("#reception [name=adults][value='3']")).to_be_checked()
    page.get_by_role("link", name="Back").click()
    expect(page.locator("#home")).to_contain_text("Not now: touch to see why")


def test_siri_gives_no_number_without_an_appointment_and_the_page_says_what_to_do(
    house: LiveHouse, made: BrowserContext
) -> None:
    page = stand(made, house, "#home")
    page.get_by_role("link", name="I have no appointment with SIRI").click()
    expect(page.locator("#no-appointment")).to_contain_text("SIRI receives people with an appointment only.")
    expect(page.locator("#no-appointment")).to_contain_text("nyidanmark.dk")
    assert page.locator("#no-appointment form").count() == 0


def test_who_lives_elsewhere_is_told_where_to_go(house: LiveHouse, made: BrowserContext) -> None:
    page = stand(made, house, "#municipality")
    expect(page.locator("#municipality")).to_contain_text(
        "This house does not register residents of your municipality."
    )
    expect(page.locator("#municipality")).to_contain_text("Hjørring")


def test_too_late_is_said_before_a_number_is_given(house: LiveHouse, made: BrowserContext) -> None:
    house.clock.forward(hours=4, minutes=30)
    while house.takes("ihnd.career"):
        pass
    page = stand(made, house, "#ihnd-career")
    expect(page.locator("#ihnd-career")).to_contain_text("This cannot be done today any more")
    expect(page.locator("#ihnd-career")).to_contain_text("Thursday, 26 November 2026")
    assert page.locator("#ihnd-career form").count() == 0


def test_what_is_out_of_order_says_until_when_and_leads_on(house: LiveHouse, made: BrowserContext) -> None:
    house.post("/services/ihnd.career/pauses", {"expected_back": "2026-11-25T10:30:00Z", "notice": ""})
    page = stand(made, house, "?lang=en#ihnd-career")
    expect(page.locator("#ihnd-career")).to_contain_text("Expected back at 11:30.")
    assert page.locator("#ihnd-career form").count() == 0
    page.locator("#ihnd-career").get_by_role("link", name="See what can be done today").click()
    expect(page.locator("#home-title")).to_be_visible()


def test_a_booking_whose_time_has_passed_is_refused_with_whom_to_ask(house: LiveHouse, made: BrowserContext) -> None:
    page = stand(made, house, "#booking")
    sends(page, "**/arrivals", booking="N3")
    page.locator("#booking form button").first.click()
    expect(page.locator("#said")).to_contain_text("Ask the staff in the hall what can be done today.")
    expect(page.locator("#home-title")).to_be_visible()
    assert house.floor()["visits"] == []


def test_a_number_is_taken_by_keyboard_alone(house: LiveHouse, made: BrowserContext) -> None:
    page = stand(made, house, "?lang=en#home")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "#ihnd-career":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#ihnd-career")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".issued .num")).to_have_text("101")
    assert len(house.floor()["visits"][0]["members"]) == 2


def test_a_number_is_taken_without_scripts(house: LiveHouse, chrome: Browser) -> None:
    made = context(chrome, house, KIOSK, role="kiosk", java_script_enabled=False)
    page = stand(made, house)
    page.get_by_role("link", name="English").last.click()
    page.get_by_role("link", name="CPR, tax, MitID or something else").click()
    page.get_by_role("button", name="Give me a number").click()
    expect(page.locator(".issued .num")).to_have_text("101")
    expect(page.locator(".qr svg")).to_be_visible()
    made.close()


def test_two_taps_give_one_number(house: LiveHouse, made: BrowserContext) -> None:
    page = stand(made, house, "#ihnd-career")
    page.locator("#ihnd-career form button").dblclick()
    expect(page.locator(".issued .num")).to_have_text("101")
    assert len(house.floor()["visits"]) == 1


def test_every_target_is_large(house: LiveHouse, made: BrowserContext) -> None:
    page = stand(made, house)
    for step in ("", "#home", "#booking", "#reception"):
        page.evaluate("step => { location.hash = step; }", step)
        for target in page.locator("main :is(a.button, button, .counts label):visible").all():
            box = target.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 48


# ----------------------------------------------------------------------------------------------------- slow readers


def test_a_slow_reader_is_asked_and_given_more_time(house: LiveHouse, made: BrowserContext) -> None:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{house.base}/sites/aalborg/kiosk?lang=en#reception")
    for _ in range(3):
        page.clock.run_for(122_000)
        expect(page.locator("#still-there")).to_be_visible()
        page.get_by_role("button", name="Yes, I need more time").click()
        expect(page.locator("#still-there")).to_be_hidden()
        expect(page.locator("#reception")).to_be_visible()


def test_who_has_gone_leaves_no_ticket_for_the_next(house: LiveHouse, made: BrowserContext) -> None:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{house.base}/sites/aalborg/kiosk?lang=en#ihnd-career")
    page.locator("#ihnd-career form button").click()
    expect(page.locator(".issued .num")).to_have_text("101")
    page.clock.run_for(190_000)
    expect(page.locator("#start-title")).to_be_visible()
    page.go_back()
    expect(page.locator(".issued")).to_have_count(0)


def test_who_reads_about_privacy_comes_back_and_who_has_gone_leaves_it_to_nobody(
    house: LiveHouse, made: BrowserContext
) -> None:
    page = made.new_page()
    page.clock.install()
    page.goto(f"{house.base}/sites/aalborg/kiosk?lang=en#home")
    page.get_by_role("link", name="Privacy").click()
    page.locator("#languages summary").click()
    page.get_by_role("link", name="Polski").click()
    page.get_by_role("link", name="Wstecz").click()
    expect(page.locator("#start-title")).to_be_visible()
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Accessibility").click()
    expect(page.locator("#statement h1")).to_contain_text("Accessibility")
    page.wait_for_load_state("load")
    page.clock.run_for(190_000)
    expect(page.locator("#start-title")).to_be_visible()


def test_finished_means_that_nobody_comes_back_to_the_ticket(house: LiveHouse, made: BrowserContext) -> None:
    page = stand(made, house, "#ihnd-career")
    page.locator("#ihnd-career form button").click()
    page.locator("#finished").click()
    expect(page.locator("#start-title")).to_be_visible()
    page.go_back()
    expect(page.locator(".issued")).to_have_count(0)


# ------------------------------------------------------------------------------------------------------------ paper


def with_printer(house: LiveHouse) -> None:
    """The house has a printer, as its settings would say; nobody answers there."""
    house.app.state.settings.printers = "aalborg=127.0.0.1:9"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("waiting", "Your paper ticket is being printed."),
        ("sent", "Take your paper ticket."),
        ("failed", "The printer does not answer."),
    ],
)
def test_the_ticket_says_how_its_paper_does_and_the_code_is_there_all_along(
    house: LiveHouse, made: BrowserContext, state: str, words: str
) -> None:
    with_printer(house)
    page = stand(made, house, "#ihnd-career")
    page.route("**/prints", lambda route: route.fulfill(json={"state": state}))
    page.locator("#ihnd-career form button").click()
    expect(page.locator("#slip")).to_contain_text(words)
    expect(page.get_by_text(words)).to_be_visible()
    expect(page.locator(".qr svg")).to_be_visible()
    expect(page.locator(".issued .num")).to_have_text("101")


def test_a_printer_that_is_off_costs_nobody_a_number(house: LiveHouse, made: BrowserContext) -> None:
    with_printer(house)
    page = stand(made, house, "#ihnd-career")
    page.locator("#ihnd-career form button").click()
    expect(page.locator(".issued .num")).to_have_text("101")
    visit = house.floor()["visits"][0]
    assert house.get(f"/visits/{visit['id']}/prints")["state"] in ("waiting", "failed")


def test_a_kiosk_shows_its_code_and_begins_by_itself_once_it_is_paired(chrome: Browser, house: LiveHouse) -> None:
    alone = context(chrome, house, KIOSK)
    page = stand(alone, house)
    expect(page.locator("#code")).to_have_text(re.compile("^[A-Z]{5}$"))
    house.post("/devices", {"code": page.locator("#code").inner_text(), "name": "By the door"}, "manager")
    page.get_by_role("link", name="English").first.click()
    page.get_by_role("link", name="I have an appointment today").click()
    (known,) = house.floor()["devices"]
    assert (known["kind"], known["name"], known["trouble"]) == ("kiosk", "By the door", None)
    alone.close()
