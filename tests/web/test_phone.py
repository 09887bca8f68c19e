"""The ticket's page over HTTP: who may open it, what a guess costs, what leaves with it."""

import re
from datetime import datetime, timedelta

import pytest
from icalendar import Calendar

from app.actions import planning
from app.web import limits
from tests.builders import Clock
from tests.conftest import Client

GUESS = "AAAAAAAAAAAAAAAAAAAAA{:x}"
PAGE = {"Accept": "text/html"}


def arrive(client: Client, *services: str, **more: object) -> dict:
    body = {"arrival": "walk_in", "services": list(services), "members": [{"kind": "adult"}]} | more
    answer = client.post(f"{client.site}/visits", json=body, headers=client.as_("floorwalker"))
    assert answer.status_code == 201, answer.text
    found: dict = answer.json()
    return found


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Nobody has guessed yet."""
    limits.forget()


def test_a_guess_finds_a_plain_page_that_says_what_to_do(client: Client) -> None:
    answer = client.get("/t/nothing", headers=PAGE)
    assert answer.status_code == 404
    assert "The staff in the hall find your ticket by your number." in answer.text


def test_a_link_that_opens_nothing_names_the_house_and_speaks_every_language(client: Client) -> None:
    arrive(client, "cs.tax")
    page = client.get("/t/nothing?lang=ar", headers=PAGE).text
    assert '<html lang="ar" dir="rtl"' in page
    assert 'href="tel:+4599311530"' in page
    assert all(f'href="?lang={code}"' in page for code in ("en", *LANGUAGES))


def test_an_act_that_failed_offers_no_language_for_it_would_not_be_done_again_by_a_link(client: Client) -> None:
    assert "?lang=" not in client.post("/t/nothing/returns", headers=PAGE).text


def test_after_twenty_guesses_a_minute_an_address_is_told_to_wait(client: Client) -> None:
    found = [client.get(f"/t/{GUESS.format(n)}", headers=PAGE).status_code for n in range(25)]
    assert (found[:20], found[20:]) == ([404] * 20, [429] * 5)


def test_a_guess_at_any_door_counts(client: Client) -> None:
    for n in range(7):
        client.get(f"/api/v1/tickets/{GUESS.format(n)}")
        client.get(f"/t/{GUESS.format(n)}/calendar.ics")
        client.post(f"/t/{GUESS.format(n)}/returns")
    assert client.get("/t/nothing").status_code == 429


def test_a_hundred_citizens_behind_the_address_of_a_guesser_are_not_hurt(client: Client) -> None:
    tokens = [arrive(client, "cs.tax")["token"] for _ in range(10)]
    for n in range(30):
        client.get(f"/t/{GUESS.format(n)}")
    assert [client.get(f"/t/{token}").status_code for token in tokens * 10] == [200] * 100


def test_were_hits_counted_too_the_citizens_would_be_locked_out(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same citizens under a limit that counts everybody."""
    from app.web import tickets

    found = tickets.links.find

    def counted(db: object, token: str, at: object) -> None:
        found(db, token, at)  # looked up as always, and then treated as a guess

    monkeypatch.setattr(tickets.links, "find", counted)
    token = arrive(client, "cs.tax")["token"]
    assert {client.get(f"/t/{token}").status_code for _ in range(30)} == {404, 429}


@pytest.mark.parametrize("token", ["a", "x" * 64, "x" * 3000, "æ", "%00", "AAAAAAAAAAAAAAAAAAAAAA"])
def test_what_is_no_token_is_answered_as_a_wrong_one(client: Client, token: str) -> None:
    assert client.get(f"/api/v1/tickets/{token}").json()["code"] == "unknown_ticket"


def test_every_guess_is_looked_up_in_the_same_way(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal timing by equal work: one look-up by hash each, however long or odd the guess, also beyond the limit."""
    from app.web import tickets

    looked, found = [], tickets.links.find
    monkeypatch.setattr(tickets.links, "find", lambda db, token, at: looked.append(len(token)) or found(db, token, at))
    for token in ("a", "x" * 5000, *(GUESS.format(n) for n in range(28))):
        client.get(f"/t/{token}")
    assert len(looked) == 30
    assert max(looked) == 64


def test_who_is_called_needs_no_calendar_and_who_is_to_stay_near_is_not_asked_away_for_long(client: Client) -> None:
    made, at = arrive(client, "cs.tax"), f"{client.site}/desks/tax-1"
    client.post(f"{at}/openings", json={}, headers=client.as_("admin"))
    client.post(f"{client.site}/visits/{made['id']}/journey", json={}, headers=client.as_("admin"))
    offered = lambda: [f'id="{what}"' in client.get(f"/t/{made['token']}").text for what in ("calendar", "step-out")]
    assert offered() == [True, True], "waiting"
    client.post(f"{at}/calls", json={}, headers=client.as_("admin"))
    assert offered() == [False, False], "called"
    client.post(f"{at}/starts", json={}, headers=client.as_("admin"))
    client.post(f"{at}/holds", json={}, headers=client.as_("admin"))
    assert 'id="act-ten"' in client.get(f"/t/{made['token']}").text
    assert offered()[1] is False, "held"


@pytest.mark.parametrize("act", ["step-outs", "departures"])
def test_who_is_called_while_they_press_is_told_in_their_own_words_and_shown_the_call(client: Client, act: str) -> None:
    made, at = arrive(client, "cs.tax"), f"{client.site}/desks/tax-1"
    client.post(f"{at}/openings", json={}, headers=client.as_("admin"))
    client.post(f"{client.site}/visits/{made['id']}/journey", json={}, headers=client.as_("admin"))
    client.post(f"{at}/calls", json={}, headers=client.as_("admin"))
    body = {"minutes": 20} if act == "step-outs" else {}
    answer = client.post(f"/api/v1/tickets/{made['token']}/{act}", json=body, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
    assert "desk tax-1" not in answer.json()["detail"]
    staff = client.post(f"{client.site}/visits/{made['id']}/{act}", json=body, headers=client.as_("floorwalker"))
    assert staff.json()["code"] == "visit_elsewhere"


def test_nothing_of_a_ticket_is_kept_or_told_on_the_way(client: Client) -> None:
    answer = client.get(f"/t/{arrive(client, 'cs.tax')['token']}")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_words_in_the_address_are_not_put_on_the_page(client: Client) -> None:
    token = arrive(client, "cs.tax")["token"]
    answer = client.get(f"/t/{token}?said=Your+ticket+is+void&status=500")
    assert (answer.status_code, "void" in answer.text) == (200, False)


def test_the_calendar_file_has_the_time_and_names_no_service_and_opens_nothing(client: Client) -> None:
    client.post(f"{client.site}/desks/tax-1/openings", json={}, headers=client.as_("admin"))
    made = arrive(client, "cs.tax")
    told = client.post(f"{client.site}/visits/{made['id']}/journey", json={}, headers=client.as_("admin")).json()
    answer = client.get(f"/t/{made['token']}/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    event = Calendar.from_ical(answer.content).events[0]
    assert str(event["SUMMARY"]) == "International House North Denmark · Number 101"
    assert event.start.isoformat().replace("+00:00", "Z") == told["stops"][-1]["window"]["from"]
    text = answer.text.casefold()
    assert not [word for word in ("tax", "skat", "cpr", made["token"].casefold()) if word in text]


def test_who_has_no_time_yet_gets_no_calendar_file(client: Client) -> None:
    made = arrive(client, "cs.tax")
    client.post(f"/api/v1/tickets/{made['token']}/departures", json={})
    assert client.get(f"/t/{made['token']}/calendar.ics").status_code == 404


def test_the_worker_lies_beside_the_tickets_it_is_for(client: Client) -> None:
    answer = client.get("/t/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")


def test_a_network_of_one_household_counts_as_one_address() -> None:
    def asks(host: str) -> str:
        from starlette.requests import HTTPConnection

        return limits.address_of(HTTPConnection({"type": "http", "headers": [], "client": (host, 1)}))

    assert asks("2001:db8:1:2:3::9") == asks("2001:db8:1:2:ffff::1")
    assert asks("2001:db8:1:2::1") != asks("2001:db8:1:3::1")
    assert asks("192.0.2.7") == "192.0.2.7"


LANGUAGES = ("da", "uk", "pl", "ro", "de", "lt", "es", "ar")


def part(client: Client, token: str, language: str, pattern: str) -> str:
    page = client.get(f"/t/{token}?lang={language}", headers=PAGE).text
    found = re.search(pattern, page, re.S)
    assert found, (language, pattern)
    return re.sub(r"<.*?>", "", found[1]).strip()


def test_what_is_in_doubt_is_said_in_every_language(client: Client) -> None:
    for desk in ("cs-3", "tax-1"):
        client.post(f"{client.site}/desks/{desk}/openings", json={}, headers=client.as_("admin"))
    token = arrive(client, "cs.tax")["token"]
    client.post(f"{client.site}/services/cs.tax/pauses", json={"notice": ""}, headers=client.as_("admin"))
    said = {code: part(client, token, code, r'class="blocked doubt">(.*?)</small>') for code in ("en", *LANGUAGES)}
    assert "Out of order" in said["en"]
    assert len(set(said.values())) == 9


def test_a_time_that_an_outage_may_move_is_not_promised_but_called_planned_in_every_language(client: Client) -> None:
    for desk in ("cs-3", "tax-1"):
        client.post(f"{client.site}/desks/{desk}/openings", json={}, headers=client.as_("admin"))
    visit = arrive(client, "cs.tax", pathway="nordic")
    at = datetime.fromisoformat(visit["arrived_at"]).replace(second=0, microsecond=0) + timedelta(minutes=120)
    told = {visit["stops"][0]["id"]: (at, at + timedelta(minutes=55), at)}
    store = client.app.state.store
    store.run_here("aalborg", lambda w: planning.promise(w, visit["id"], told, None, "first"), "clock")
    before = part(client, visit["token"], "en", r'id="now".*?>(.*?)</section>')
    assert "We will call you between" in before
    out = {"notice": "", "expected_back": "2026-11-25T10:30:00Z"}
    client.post(f"{client.site}/services/cs.tax/pauses", json=out, headers=client.as_("admin"))
    now = part(client, visit["token"], "en", r'id="now".*?>(.*?)</section>')
    assert "Out of order, expected back at 11:30. The time may move. You keep your place in line." in now
    assert "Planned: between 11:00 and 11:55" in now
    assert "We will call you between" not in now
    said = {code: part(client, visit["token"], code, r'id="hitch">(.*?)</p>') for code in ("en", *LANGUAGES)}
    assert len(set(said.values())) == 9
    assert all("11:30" in words for words in said.values())


def test_a_missing_paper_stands_where_one_looks_first(client: Client) -> None:
    visit = arrive(client, "cs.cpr", pathway="third_country")
    missing = {"seen": [], "missing": ["permit"]}
    client.post(f"{client.site}/visits/{visit['id']}/papers", json=missing, headers=client.as_("floorwalker"))
    now = part(client, visit["token"], "en", r'id="now".*?>(.*?)</section>')
    assert "A paper is missing. Speak to the staff in the hall." in now
    assert "A time follows" not in now


def test_who_is_asked_something_sees_it_before_the_day(client: Client) -> None:
    visit = arrive(client, "ihnd.career", pathway="spouse")
    ask = {"to": "host", "consent": False, "ask": True}
    client.post(f"{client.site}/visits/{visit['id']}/referrals", json=ask, headers=client.as_("floorwalker"))
    page = client.get(f"/t/{visit['token']}?lang=en", headers=PAGE).text
    assert page.index('id="asked"') < page.index('id="acts"') < page.index('id="journey"')


@pytest.mark.parametrize("why", ["come_now", "earlier", "later", "fewer_desks", "upstream_late", "service_down"])
def test_why_a_time_was_moved_is_said_in_every_language(client: Client, clock: Clock, why: str) -> None:
    visit = arrive(client, "cs.tax")
    store = client.app.state.store
    for minutes in (60, 90):
        at = clock.at.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
        told = {visit["stops"][0]["id"]: (at, at + timedelta(minutes=15), at)}
        store.run_here("aalborg", lambda w, t=told: planning.promise(w, visit["id"], t, None, why), "clock")
        clock.forward(minutes=5)
    said = {code: part(client, visit["token"], code, r'<p id="because">(.*?)</p>') for code in ("en", *LANGUAGES)}
    assert len(set(said.values())) == 9


def test_a_link_that_was_renewed_opens_nothing_from_then_on_however_often_it_did_before(client: Client) -> None:
    visit = arrive(client, "cs.tax")
    assert [client.get(f"/t/{visit['token']}").status_code for _ in range(3)] == [200] * 3
    renewed = client.post(
        f"{client.site}/visits/{visit['id']}/links", json={}, headers=client.as_("floorwalker")
    ).json()
    assert client.get(f"/t/{visit['token']}").status_code == 404
    assert client.get(f"/t/{renewed['token']}").status_code == 200


def test_were_a_link_believed_because_it_opened_before_a_renewed_one_would_go_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    from app.web.tickets import OpenedLately

    async def believed(lately: OpenedLately, token: str) -> object:
        return lately._found.get(token)

    monkeypatch.setattr(OpenedLately, "find", believed)
    with pytest.raises(AssertionError):
        test_a_link_that_was_renewed_opens_nothing_from_then_on_however_often_it_did_before(client)


def test_a_link_that_was_opened_all_day_opens_nothing_on_the_next(client: Client, clock: Clock) -> None:
    token = arrive(client, "cs.tax")["token"]
    assert [client.get(f"/t/{token}").status_code for _ in range(3)] == [200] * 3
    clock.forward(days=1)
    assert client.get(f"/t/{token}").status_code == 404


def test_a_link_is_looked_up_once_for_as_long_as_the_day_says_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.web import tickets

    token = arrive(client, "cs.tax")["token"]
    looked, found = [], tickets.links.find
    monkeypatch.setattr(tickets.links, "find", lambda db, token, at: looked.append(token) or found(db, token, at))
    assert [client.get(f"/t/{token}").status_code for _ in range(3)] == [200] * 3
    assert looked == [token]
