"""Who must be told, on the tablet and on the phone at once: the list fills by itself, a tap each, the phone says it in words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.staff_harness import House, house

TOLD = "/sites/aalborg/told?lang=en"


@pytest.fixture
def aalborg(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        for desk in ("cs-1", "cs-3", "tax-1"):
            found.post(f"/desks/{desk}/openings")
        yield found


def test_an_outage_fills_the_list_and_reaches_the_phone_and_each_tap_empties_it(
    aalborg: House, chrome: Browser
) -> None:
    tax, both = aalborg.arrive("cs.tax"), aalborg.arrive("cs.tax", "cs.cpr")
    with aalborg.context(chrome, viewport={"width": 1024, "height": 768}) as context:
        tablet, phone = context.new_page(), context.new_page()
        phone.goto(f"{aalborg.base}/t/{both['token']}?lang=en")
        tablet.goto(TOLD)
        expect(tablet.get_by_text("Every promise holds.")).to_be_visible()
        aalborg.post("/services/cs.tax/pauses", {"notice": ""})
        expect(tablet.locator(".tell > li")).to_have_count(2)
        expect(tablet.locator(f"#t-{tax['id']}")).to_contain_text("out of order, nobody knows for how long")
        expect(phone.locator(".doubt")).to_contain_text("We tell you here when it works again")
        tablet.locator(f"#t-{tax['id']}").get_by_role("button", name="Told").click()
        expect(tablet.locator("#told-title .count")).to_have_text("1")
        tablet.locator(f"#t-{both['id']}").get_by_role("button", name="Leave it out").click()
        expect(tablet.locator(f"#t-{both['id']}")).to_have_count(0)
        expect(phone.locator(".doubt")).to_have_count(0)
        expect(phone.locator("#journey")).to_contain_text("Not today")


def test_what_works_again_is_on_no_list_any_more(aalborg: House, chrome: Browser) -> None:
    visit = aalborg.arrive("cs.tax")
    aalborg.post("/services/cs.tax/pauses", {"notice": ""})
    with aalborg.context(chrome) as context:
        tablet, phone = context.new_page(), context.new_page()
        phone.goto(f"{aalborg.base}/t/{visit['token']}?lang=en")
        tablet.goto(TOLD)
        expect(tablet.locator(".tell > li")).to_have_count(1)
        expect(phone.locator(".doubt")).to_have_count(1)
        aalborg.post("/services/cs.tax/resumptions")
        expect(tablet.locator(".tell > li.card")).to_have_count(0)
        expect(phone.locator(".doubt")).to_have_count(0)
