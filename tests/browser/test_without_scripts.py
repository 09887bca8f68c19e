"""A2: a citizen's and a clerk's whole round with JavaScript off, from the first page to the last."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pwdlib import PasswordHash

from app.store.access import Holder, put_staff
from tests.browser.live_house import LiveHouse, context, running

PASSWORD = "a good long password"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    """A house of its own for each test."""
    with running(tmp_path) as found:
        found.open("ihnd-1", "career-1")
        yield found


def bare(chrome: Browser, house: LiveHouse, role: str = "") -> Page:
    """A browser that runs no scripts."""
    return context(chrome, house, (1024, 768), "en", role, java_script_enabled=False).new_page()


def tap(page: Page, *names: str) -> None:
    """One button after the other."""
    for name in names:
        page.get_by_role("button", name=name).first.click()


def test_a_citizen_takes_a_number_sees_the_place_steps_out_comes_back_and_leaves(
    chrome: Browser, house: LiveHouse
) -> None:
    house.arrive()
    kiosk = bare(chrome, house, "kiosk")
    kiosk.goto(f"{house.base}/sites/aalborg/kiosk?lang=en#home")
    kiosk.get_by_role("link", name="CPR, tax, MitID or something else").click()
    tap(kiosk, "Give me a number")
    expect(kiosk.locator(".issued .num")).to_have_text("102")
    kiosk.context.close()
    (visit,) = [v for v in house.floor()["visits"] if v["number"] == 102]
    page = bare(chrome, house)
    page.goto(house.get(f"/visits/{visit['id']}", "floorwalker")["link"])
    expect(page.locator("#number .num")).to_have_text("102")
    expect(page.locator(".now")).to_contain_text("1 group is in line before you.")
    tap(page, "I need 10 minutes")
    expect(page.locator(".now")).to_contain_text("You are away until")
    tap(page, "I am back")
    expect(page.locator(".now")).to_contain_text("Next: ")
    page.get_by_text("Leave the queue", exact=True).click()
    tap(page, "Yes, leave the queue")
    expect(page.locator(".now")).to_contain_text("You have left the queue")
    page.context.close()


def test_a_clerk_signs_in_calls_finishes_with_an_outcome_each_and_undoes_it(chrome: Browser, house: LiveHouse) -> None:
    hashed = PasswordHash.recommended().hash(PASSWORD)
    clerk = Holder("aalborg", "anna", "clerk", ("siri-1",))
    house.app.state.store.write_here(lambda db: put_staff(db, clerk, hashed))
    house.book("N2;09:20;EU-familiemedlem;2")
    visit = house.arrive(arrival="booked", booking_ref="N2", adults=2)
    page = bare(chrome, house)
    page.goto(house.base)
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    tap(page, "Sign in")
    expect(page.locator("#hand-title")).to_be_visible()
    tap(page, "Open this desk", "Call next", "Start")
    page.get_by_role("group", name="Outcome for everybody").get_by_label("Issued").check()
    page.locator("fieldset.outcome").nth(2).get_by_label("Pending").check()
    tap(page, "Finish")
    expect(page.get_by_text("Nobody at the desk")).to_be_visible()
    (stop,) = [s for s in house.get(f"/visits/{visit['id']}")["stops"] if s["service"] == "siri.residence"]
    assert stop["outcomes"] == {"m1": "issued", "m2": "pending"}
    tap(page, "Undo the finish of")
    expect(page.locator("#hand .what")).to_contain_text("at the desk")
    page.context.close()
