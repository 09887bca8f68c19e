"""The way on in a real browser: every page in three languages and two widths, by keyboard, on paper, within another site."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from app.web.wording import languages_at
from tests.browser.checks import violations
from tests.browser.live_house import LiveHouse, context, running

SIZES = [(320, 640), (1280, 900)]
LANGUAGES = ["da", "en", "ar"]


@dataclass
class Day:
    """A house in which every page of the way on has something to show."""

    house: LiveHouse
    visit: str
    ticket: str
    paths: dict[str, tuple[str, str]]  # page -> path and role


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with running(tmp_path_factory.mktemp("onward")) as house:
        yield prepared(house)


def prepared(house: LiveHouse) -> Day:
    """A family that was referred, asked, signed up and told to come back; a company; a changed entry and event."""
    visit = house.arrive("cs.cpr", "ihnd.career", adults=2, children=1, pathway="spouse", language="ar")
    base = f"/visits/{visit['id']}"
    house.post(f"{base}/referrals", {"to": "families", "consent": False})
    house.post(f"{base}/referrals", {"to": "host", "consent": False, "ask": True})
    given = house.post(f"{base}/referrals", {"to": "spouse-jobs", "consent": True, "contact": "a@example.org"})
    house.post("/programme/partners-2/sign-ups", {"visit": visit["id"], "persons": 3})
    house.post(f"{base}/come-backs", {"why": "paper_missing", "services": ["cs.cpr"]})
    wanted = [{"pathway": "nordic", "persons": 3}, {"pathway": "third_country", "persons": 2}]
    group = house.post("/groups", {"company": "Nordværk A/S", "day": "2026-11-25", "starts": "10:00", "wanted": wanted})
    call = {"headers": {"Authorization": f"Bearer {house.tokens['admin']}"}}
    house._http.patch("/api/v1/sites/aalborg/directory/host", json={"place": "Nordkraft"}, **call)
    house._http.delete("/api/v1/sites/aalborg/programme/companies-2", **call)
    hand_out = house._http.get(f"/t/{visit['token']}/next").headers["location"]
    site = "/sites/aalborg"
    paths = {
        "programme": (f"{site}/programme", ""),
        "embedded": (f"{site}/programme?embed=1", ""),
        "event": (f"{site}/programme/partners-2", ""),
        "programme staff": (f"{site}/programme/staff", "admin"),
        "new event": (f"{site}/programme/staff/new", "admin"),
        "change event": (f"{site}/programme/staff/partners-2", "admin"),
        "directory": (f"{site}/directory", "admin"),
        "new entry": (f"{site}/directory/new", "admin"),
        "change entry": (f"{site}/directory/host", "admin"),
        "referrals": (f"{site}/floor/visits/{visit['id']}/referrals", "floorwalker"),
        "figures": (f"{site}/referrals", "manager"),
        "companies": (f"{site}/companies", "floorwalker"),
        "group": (group["link"].removeprefix(house.base), ""),
        "receiver": (given["link"].removeprefix(house.base), ""),
        "hand-out": (hand_out, ""),
        "what is on": (f"{hand_out}/programme", ""),
        "ticket": (f"/t/{visit['token']}", ""),
    }
    return Day(house, visit["id"], visit["token"], paths)


def opened(chrome: Browser, day: Day, name: str, size: tuple[int, int], language: str) -> Page:
    path, role = day.paths[name]
    made = context(chrome, day.house, size, language, role)
    page = made.new_page()
    answer = page.goto(day.house.base + path)
    assert answer and answer.status == 200, (name, answer and answer.status)
    return page


NAMES = ["programme", "embedded", "event", "programme staff", "new event", "change event", "directory", "new entry"]
NAMES += ["change entry", "referrals", "figures", "companies", "group", "receiver", "hand-out", "what is on", "ticket"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_no_fault_that_axe_can_find_and_nothing_beside_the_screen(
    chrome: Browser, day: Day, name: str
) -> None:
    """Each in one language, in turn; in all of its languages with SAMEDAG_SOAK=1."""
    spoken = [code for code in LANGUAGES if code in languages_at(day.paths[name][0])]
    for language in spoken if os.environ.get("SAMEDAG_SOAK") else [spoken[NAMES.index(name) % len(spoken)]]:
        page = opened(chrome, day, name, SIZES[0], language)
        page.evaluate("document.querySelectorAll('main details').forEach((d) => (d.open = true))")
        assert page.locator("html").get_attribute("lang") == language
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert violations(page) == [], (name, language, width)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (name, language, f"{wide} px too wide at {width}")
        page.context.close()


def test_axe_finds_a_fault_that_is_planted(chrome: Browser, day: Day) -> None:
    """The control."""
    page = opened(chrome, day, "hand-out", SIZES[0], "en")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input name=x><img src=x>')")
    assert len(violations(page)) >= 2
    page.context.close()


def test_a_citizen_says_yes_on_the_phone_after_seeing_what_is_passed_on_and_takes_it_back(
    chrome: Browser, day: Day
) -> None:
    visit = day.house.arrive("ihnd.career", pathway="spouse", language="en")
    day.house.post(f"/visits/{visit['id']}/referrals", {"to": "host", "consent": False, "ask": True})
    made = context(chrome, day.house, (360, 740), "en")
    page = made.new_page()
    page.goto(f"{day.house.base}/t/{visit['token']}")
    page.get_by_role("link", name="See your next steps").click()
    ask = page.get_by_role("region", name="May we pass this on?")
    expect(ask.get_by_role("list")).to_contain_text("your language")
    ask.get_by_label("How can they reach you?").fill("+45 12 34 56 78")
    ask.get_by_role("button", name="Yes, pass it on").click()
    expect(page.get_by_text("You agreed that we tell them about you.")).to_be_visible()
    page.get_by_text("Take it back", exact=True).click()
    page.get_by_role("button", name="Yes, take it back").click()
    expect(page.get_by_text("You agreed that we tell them")).to_have_count(0)
    made.close()


def test_the_hand_out_on_paper_has_what_one_needs_and_no_buttons(chrome: Browser, day: Day) -> None:
    page = opened(chrome, day, "hand-out", (794, 1123), "en")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Jobs for spouses and partners")).to_be_visible()
    expect(page.get_by_text("Rantzausgade 4, 1., 9000 Aalborg", exact=False).first).to_be_visible()
    assert page.locator("button:visible").count() == 0
    page.context.close()


@contextmanager
def another_site(html: str) -> Iterator[str]:
    """A page at an origin that is not ours."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_another_site_may_show_the_programme_within_its_page_and_no_other_page_of_ours(
    chrome: Browser, day: Day
) -> None:
    frames = {name: day.house.base + day.paths[name][0] for name in ("embedded", "event")}
    theirs = "".join(f'<iframe name="{name}" src="{url}"></iframe>' for name, url in frames.items())
    made = chrome.new_context()
    page = made.new_page()
    with another_site(theirs) as address:
        page.goto(address)
    expect(page.frame_locator("[name=embedded]").get_by_role("heading", name="Programme")).to_be_visible()
    assert page.frame_locator("[name=event]").get_by_role("heading").count() == 0
    made.close()


def test_a_newcomer_of_a_company_checks_in_with_a_tap_and_gets_a_ticket(chrome: Browser, day: Day) -> None:
    page = opened(chrome, day, "group", (360, 740), "en")
    day.house.clock.forward(minutes=50)
    page.get_by_role("button", name="This is my time").first.click()
    expect(page.locator("#number .num")).to_have_text(re.compile("^10[1-9]$"))
    page.context.close()


STILL = ("const still = ", "const still = false && ")


@pytest.mark.parametrize("protected", [True, False])
def test_a_page_that_does_not_live_shows_what_was_done_on_it(chrome: Browser, day: Day, protected: bool) -> None:
    """The control: it stays as it was, as if nothing had been done."""
    group = {"company": "Nordværk A/S", "day": "2026-12-02", "starts": "10:00"}
    day.house.post("/groups", group | {"wanted": [{"pathway": "researcher", "persons": 1}]})
    referral = {"to": "host", "consent": True}
    day.house.post(f"/visits/{day.visit}/referrals", referral)
    script = Path("templates/assets/forms.js").read_text(encoding="utf-8").replace(*STILL)
    for name, button in (("companies", "Call off"), ("referrals", "No answer")):
        path, role = day.paths[name]
        made = context(chrome, day.house, (1024, 768), "en", role)
        if not protected:
            made.route("**/forms.js*", lambda route: route.fulfill(content_type="text/javascript", body=script))
        page = made.new_page()
        page.goto(day.house.base + path)
        buttons = page.get_by_role("button", name=button)
        before = buttons.count()
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            buttons.first.click()
        if protected:
            expect(buttons).to_have_count(before - 1)
        else:
            page.wait_for_timeout(1_000)
            expect(buttons).to_have_count(before)
        made.close()


def test_what_was_typed_is_kept_when_it_is_refused(chrome: Browser, day: Day) -> None:
    page = opened(chrome, day, "companies", (1024, 768), "en")
    for label, value in (
        ("Company", "Havvind ApS"),
        ("Day", "2026-12-02"),
        ("First time", "05:00"),
        ("Nordic citizen", "2"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Reserve").click()
    expect(page.locator("#said")).to_contain_text(
        "Nobody is open at every one of these times on Wednesday, 2 December 2026."
    )
    expect(page.get_by_label("Company", exact=True)).to_have_value("Havvind ApS")
    page.get_by_label("First time").fill("10:00")
    page.get_by_role("button", name="Reserve").click()
    expect(page.get_by_role("heading", name="Havvind ApS")).to_be_visible()
    expect(page.get_by_label("Company", exact=True)).to_have_value("")
    page.context.close()
