"""A1: axe finds nothing on any page of staff, in both of their languages, at 320 px and full size; and finds what is planted."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.staff_harness import FLOOR, House, house
from tests.browser.test_display import FLAGS

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]
SIZES = [(320, 640), (1024, 768), (1920, 1080)] if os.environ.get("SAMEDAG_SOAK") else [(320, 640), (1920, 1080)]
DESK = "/sites/aalborg/desks"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A house in every state that staff see, and the address of a family's page."""
    with house(tmp_path_factory.mktemp("house")) as aalborg:
        family = aalborg.arrive("cs.cpr", "cs.mitid", adults=2, children=1)
        aalborg.post(f"/visits/{family['id']}/pathway", {"pathway": "nordic"})
        aalborg.post(f"/visits/{family['id']}/papers", {"seen": ["identity"], "missing": ["address"]})
        aalborg.at_the_desk("cs-1", "cs.cpr")
        aalborg.at_the_desk("tax-1", "cs.tax")
        aalborg.post("/desks/tax-1/holds")
        for desk in ("cs-2", "cs-3"):
            aalborg.post(f"/desks/{desk}/openings")
        aalborg.post("/desks/cs-3/pauses", {"until": "2026-11-25T08:30:00Z"})
        aalborg.arrive()
        aalborg.arrive(adults=1, children=2)
        planned = aalborg.arrive("cs.tax", "ihnd.career")
        aalborg.post(f"/visits/{planned['id']}/journey", {})
        left = aalborg.arrive("cs.tax")
        aalborg.post(f"/visits/{left['id']}/departures")
        aalborg.post("/services/cs.mitid/pauses", {"notice": "MitID is down.", "expected_back": "2026-11-25T09:30:00Z"})
        yield aalborg, f"{FLOOR}/visits/{family['id']}"


def found(page: Page) -> list[str]:
    """What axe finds, and what lies outside of the screen."""
    report = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]})
    wrong = [f"{v['id']}: {n['html'][:160]}" for v in report.response["violations"] for n in v["nodes"]]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return wrong + ([f"{wide} px too wide"] if wide > 0 else [])


PAGES = {
    "floor": FLOOR,
    "arrival": f"{FLOOR}/arrivals/new",
    "nobody": f"{FLOOR}?find=7",
    "visit": "{visit}",
    "who": "{visit}/who?purpose=work",
    "refused": "{visit}/who?purpose=work&stay=long&citizenship=nordic&municipality=elsewhere",
    "slip": "{visit}/ticket",
    "offline": f"{FLOOR}/offline",
    "serving": f"{DESK}/cs-1",
    "free": f"{DESK}/cs-2",
    "break": f"{DESK}/cs-3",
    "held": f"{DESK}/tax-1",
    "closed": f"{DESK}/siri-1",
    "figures": "/sites/aalborg/manager",
    "told": "/sites/aalborg/told",
}


@pytest.mark.parametrize("language", ["en", "da"])
def test_axe_finds_nothing_on_any_page_of_staff(busy: tuple[House, str], browser: Browser, language: str) -> None:
    aalborg, visit = busy
    wrong = {}
    with aalborg.context(browser, locale=language) as context:
        page = context.new_page()
        for name, path in PAGES.items():
            page.goto(path.format(visit=visit))
            page.evaluate("document.querySelectorAll('main details').forEach((d) => (d.open = true))")
            for size in SIZES:
                page.set_viewport_size({"width": size[0], "height": size[1]})
                if faults := found(page):
                    wrong[name, size] = faults
    assert wrong == {}


@pytest.mark.parametrize("language", ["en", "da"])
def test_axe_finds_nothing_on_the_way_in(busy: tuple[House, str], browser: Browser, language: str) -> None:
    aalborg, _ = busy
    with browser.new_context(base_url=aalborg.base, locale=language) as context:
        page = context.new_page()
        for path in ("/", "/?name=anna&to=/sites/aalborg/desks/cs-1"):
            page.goto(path)
            for size in SIZES:
                page.set_viewport_size({"width": size[0], "height": size[1]})
                assert found(page) == []


def test_control_axe_finds_planted_faults(busy: tuple[House, str], browser: Browser) -> None:
    aalborg, _ = busy
    with aalborg.context(browser) as context:
        page = context.new_page()
        page.goto(FLOOR)
        page.evaluate("""() => {
          document.querySelector("#find").previousElementSibling.remove();
          const button = document.querySelector("[role=search] button"); // no part of what is pushed, and so made whole again
          button.replaceChildren();
          document.querySelector("h1").className = "soft";
          document.documentElement.removeAttribute("lang");
          const wide = document.createElement("pre"); wide.textContent = "wide".repeat(900); document.body.append(wide);
        }""")
        ids = {fault.partition(":")[0] for fault in found(page)}
    assert {"label", "button-name", "html-has-lang"} <= ids
    assert any("too wide" in i for i in ids)


def test_every_target_is_48_pixels_high_or_wide_apart(busy: tuple[House, str], browser: Browser) -> None:
    aalborg, visit = busy
    with aalborg.context(browser, viewport={"width": 1024, "height": 768}) as context:
        page = context.new_page()
        small = {}
        for path in (FLOOR, f"{FLOOR}/arrivals/new", visit, f"{DESK}/cs-1"):
            page.goto(path)
            low = page.evaluate("""() =>
              [...document.querySelectorAll("main button, main .button, main select, main input, main summary")]
              .filter((e) => e.checkVisibility() && !["hidden", "checkbox", "radio"].includes(e.type))
              .filter((e) => e.getBoundingClientRect().height < 47.5).map((e) => e.outerHTML.slice(0, 90))""")
            if low:
                small[path] = low
    assert small == {}
