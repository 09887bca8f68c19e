"""The way on over HTTP: programme, sign-ups, referrals, hand-outs, companies, come-backs, as the contract words them."""

import html
import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import select

from app.actions import sweeps
from app.store import retention, tables
from app.web import limits
from app.web.sheets import csv_of, xlsx_of
from tests.conftest import Client

SITE = "/api/v1/sites/aalborg"
PAGE = "/sites/aalborg"
NIGHT = {
    "code": "night",
    "title": {"da": "Museumsnat", "en": "Night of museums"},
    "day": "2026-10-24",
    "starts": "22:00",
    "ends": "04:00",
    "place": "Nordkraft",
    "capacity": 10,
}
SEASON = (
    "Kode;Dato;Start;Slut;Titel;Sted;Pladser;Målgruppe;Status\r\n"
    "spring;01-03-2027;17.00;19.00;Forårsmøde;Nordkraft;20;spouse, eu_family;Planlagt\r\n"
    "gap;28-03-2027;02:30;04:00;Nattevandring;Fjorden;;;\r\n"
    "late;29-03-2027;17:00;19:00;Aften;Nordkraft;mange;;\r\n"
    "who;29-03-2027;17:00;19:00;Aften;Nordkraft;;nobody;\r\n"
    "cpr;29-03-2027;17:00;19:00;Ring 010190-1234;Nordkraft;;;\r\n"
)


@pytest.fixture(autouse=True)
def _nobody_has_tried_anything() -> None:
    limits.forget()


def send(client: Client, method: str, path: str, body: Any = None, role: str = "admin", **headers: str) -> Any:
    answer = client.request(method, path, json=body, headers=client.as_(role) | headers)
    assert answer.status_code < 500, answer.text
    return answer


def post(client: Client, path: str, body: Any = None, role: str = "admin", **headers: str) -> dict[str, Any]:
    answer = send(client, "POST", SITE + path, body or {}, role, **headers)
    found: dict[str, Any] = answer.json()
    return found | {"_status": answer.status_code}


def arrive(client: Client, **more: Any) -> dict[str, Any]:
    body = {"arrival": "walk_in", "members": [{"kind": "adult"}], "services": ["ihnd.career"], "language": "en"} | more
    return post(client, "/visits", body, "floorwalker")


def kept(client: Client) -> bytes:
    file = Path(client.app.state.settings.database_url.removeprefix("sqlite:///"))
    return b"".join(f.read_bytes() for f in sorted(file.parent.glob(file.name + "*")))


# ------------------------------------------------------------------------------------------------------- programme


def test_anybody_reads_the_programme_and_the_year_of_the_house_is_in_it(client: Client) -> None:
    every = client.get(f"{SITE}/programme?past=true").json()
    codes = [e["code"] for e in every["events"]]
    assert len([c for c in codes if c.startswith("job-search")]) == 10
    assert len([c for c in codes if c.startswith("partners")]) == 4
    assert len([c for c in codes if c.startswith("companies")]) == 3
    assert {"career-day", "welcome-students", "internationals-fair", "zoo-2026", "zoo-2027"} <= set(codes)
    coming = client.get(f"{SITE}/programme").json()["events"]
    assert coming[0]["code"] == "job-search-20261125"
    assert (coming[0]["starts"], coming[0]["starts_at"]) == ("16:00", "2026-11-25T15:00:00Z")
    assert {o["kind"] for o in every["organisations"]} == {"service", "organisation", "contact"}


def test_todays_event_is_on_the_wall_until_it_is_over(client: Client) -> None:
    board = client.get(f"{SITE}/board").json()
    assert [(s["title"]["en"], s["at"], s["until"]) for s in board["programme"]] == [
        ("Job search and LinkedIn", "2026-11-25T15:00:00Z", "2026-11-25T17:00:00Z")
    ]
    client.app.state.clock.at = datetime(2026, 11, 25, 16, 59, tzinfo=UTC)
    assert len(client.get(f"{SITE}/board").json()["programme"]) == 1
    client.app.state.clock.forward(minutes=1)
    assert client.get(f"{SITE}/board").json()["programme"] == []


def test_what_is_called_off_is_not_on_the_wall(client: Client) -> None:
    send(client, "DELETE", f"{SITE}/programme/job-search-20261125")
    assert client.get(f"{SITE}/board").json()["programme"] == []


def test_the_socket_of_the_wall_says_so_at_once(client: Client) -> None:
    with client.websocket_connect("/live/sites/aalborg/board") as socket:
        assert len(socket.receive_json()["screen"]["programme"]) == 1
        send(client, "DELETE", f"{SITE}/programme/job-search-20261125")
        assert socket.receive_json()["screen"]["programme"] == []


@pytest.mark.parametrize(("day", "begins", "hours"), [("2026-10-24", "20:00", 7), ("2027-03-27", "21:00", 5)])
def test_an_event_through_a_night_that_changes_the_clock_is_right_in_every_feed(
    client: Client, day: str, begins: str, hours: int
) -> None:
    client.app.state.clock.at = datetime.fromisoformat("2026-10-20T08:00:00+00:00")
    made = post(client, "/programme", NIGHT | {"day": day})["events"][0]
    assert made["starts_at"] == f"{day}T{begins}:00Z"
    spent = datetime.fromisoformat(made["ends_at"]) - datetime.fromisoformat(made["starts_at"])
    assert spent == timedelta(hours=hours)
    for path in ("/programme.ics", "/programme/night.ics"):
        calendar = Calendar.from_ical(client.get(PAGE + path).content)
        event = next(e for e in calendar.walk("VEVENT") if e["uid"].startswith("night@"))
        assert event["dtstart"].to_ical().decode() == f"{day.replace('-', '')}T220000", "the wall clock, with its zone"
        assert event["dtstart"].params["TZID"] == "Europe/Copenhagen"
        assert event.decoded("dtstart").astimezone(ZoneInfo("UTC")).strftime("%H:%M") == begins
        assert event.decoded("dtend").astimezone(ZoneInfo("UTC")) == datetime.fromisoformat(made["ends_at"])
        assert [str(z["tzid"]) for z in calendar.walk("VTIMEZONE")] == ["Europe/Copenhagen"]
    offset = "+0200" if day.startswith("2026-10") else "+0100"
    assert f"22:00–04:00 ({offset})" in client.get(f"{PAGE}/programme.rss").text
    visit = arrive_in(client, day)
    assert post(client, "/programme/night/sign-ups", {"visit": visit}, "floorwalker")["state"] == "in"
    client.app.state.clock.at = datetime.fromisoformat(made["starts_at"])
    late = post(client, "/programme/night/sign-ups", {"visit": visit}, "floorwalker")
    assert late["_status"] in (404, 409)


def arrive_in(client: Client, day: str) -> str:
    """A party of an open day before that night."""
    moment = "2026-10-22T08:00:00+00:00" if day.startswith("2026") else "2027-03-24T08:00:00+00:00"
    client.app.state.clock.at = datetime.fromisoformat(moment)
    found: str = arrive(client)["id"]
    return found


def test_a_time_that_the_spring_night_skips_is_refused_with_what_to_do(client: Client) -> None:
    found = post(client, "/programme", NIGHT | {"day": "2027-03-28", "starts": "02:30"})
    assert (found["_status"], found["code"]) == (409, "no_such_time")


def test_a_series_keeps_its_wall_clock_and_each_event_goes_its_own_way(client: Client) -> None:
    weekly = NIGHT | {"code": "club", "day": "2027-03-23", "starts": "17:00", "ends": "19:00"}
    made = post(client, "/programme", weekly | {"repeat": {"every": "week", "times": 3}})["events"]
    assert [e["starts_at"] for e in made] == ["2027-03-23T16:00:00Z", "2027-03-30T15:00:00Z", "2027-04-06T15:00:00Z"]
    send(client, "DELETE", f"{SITE}/programme/club-20270330")
    told = {
        e["code"]: e["cancelled"] for e in client.get(f"{SITE}/programme").json()["events"] if e["series"] == "club"
    }
    assert told == {"club-20270323": False, "club-20270330": True, "club-20270406": False}


def test_a_cancelled_event_is_marked_in_every_feed(client: Client) -> None:
    send(client, "DELETE", f"{SITE}/programme/career-day")
    event = Calendar.from_ical(client.get(f"{PAGE}/programme/career-day.ics").content).walk("VEVENT")[0]
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert "Cancelled: Career Day Fair" in client.get(f"{PAGE}/programme.rss?lang=en").text
    ElementTree.fromstring(client.get(f"{PAGE}/programme.rss").content)  # our own text


def test_a_season_is_taken_from_a_spreadsheet_and_each_bad_row_is_named(client: Client) -> None:
    headers = client.as_("manager") | {"Content-Type": "text/csv"}
    found = client.post(f"{SITE}/programme/imports", content=SEASON.encode("cp1252"), headers=headers).json()
    assert (found["imported"], found["updated"]) == (1, 0)
    assert [(r["line"], r["code"]) for r in found["rejected"]] == [
        (3, "bad_time"), (4, "bad_capacity"), (5, "unknown_audience"), (6, "cpr_in_text"),
    ]  # fmt: skip
    assert "010190" not in json.dumps(found)
    spring = client.get(f"{SITE}/programme/spring").json()
    assert (spring["capacity"], spring["audience"], spring["title"]["da"]) == (
        20,
        ["eu_family", "spouse"],
        "Forårsmøde",
    )
    again = client.post(f"{SITE}/programme/imports", content=SEASON.encode(), headers=headers).json()
    assert (again["imported"], again["updated"], again["cancelled"]) == (0, 0, 0)
    off = SEASON.replace("Planlagt", "Aflyst").encode()
    assert client.post(f"{SITE}/programme/imports", content=off, headers=headers).json()["cancelled"] == 1


def test_a_danish_page_says_in_danish_why_a_season_is_not_taken_in(client: Client) -> None:
    asked = client.as_("manager") | {"Accept": "text/html", "Accept-Language": "da"}

    def pasted(season: str) -> str:
        return client.post(f"{PAGE}/programme/staff/imports", data={"list": season}, headers=asked).text

    shown = pasted(SEASON)
    for line, said in (
        (3, "Uret stilles frem forbi dette klokkeslæt den dag."),
        (4, "Antallet af pladser kan ikke læses. Skriv et helt tal eller ingenting."),
        (5, "Huset kender intet forløb med denne kode. Skriv en eller flere af: "),
        (6, "Teksten indeholder noget, der ligner et CPR-nummer. Udelad nummeret."),
    ):
        assert f"<li>Linje {line}: {said}" in shown
    assert "Den første række skal også nævne disse kolonner: Slut, Sted." in pasted("Kode;Dato;Start;Titel\r\na;b;c;d")
    assert "Filen er ikke en tabel." in pasted("no table")


def test_a_season_that_is_not_taken_in_as_it_is_stands_there_again(client: Client) -> None:
    asked, wrong = client.as_("manager") | {"Accept": "text/html"}, 'no table & "no" header'

    def kept(season: str) -> str:
        shown = client.post(f"{PAGE}/programme/staff/imports", data={"list": season}, headers=asked).text
        (found,) = re.findall(
            "<details( open)?><summary>Take in a season.*?<textarea[^>]*>(.*?)</textarea>", shown, re.S
        )
        return html.unescape(found[1]) if found[0] else f"folded up: {found[1]}"

    assert kept(wrong) == wrong, "nothing was taken in"
    assert kept(SEASON) == SEASON, "some rows were not"
    assert kept("\r\n".join(SEASON.split("\r\n")[:2])) == "folded up: ", "nothing is left to be mended"


def test_a_phone_signs_up_and_gives_its_place_back_and_no_other_phone_can(client: Client) -> None:
    mine, other = arrive(client), arrive(client)
    ticket = f"/api/v1/tickets/{mine['token']}/sign-ups"
    made = client.post(ticket, json={"event": "partners-2", "persons": 2}).json()
    assert (made["state"], made["persons"]) == ("in", 2)
    assert client.post(ticket, json={"event": "partners-2"}).json()["code"] == "signed_up_already"
    stranger = client.delete(f"/api/v1/tickets/{other['token']}/sign-ups/{made['id']}")
    assert stranger.json()["code"] == "unknown_sign_up"
    assert client.get(f"{SITE}/programme/partners-2").json()["taken"] == 2
    assert client.delete(f"{ticket}/{made['id']}").json()["state"] == "cancelled"
    assert client.get(f"{SITE}/programme/partners-2").json()["taken"] == 0


def test_only_managers_change_the_programme_and_the_directory(client: Client) -> None:
    for role in ("floorwalker", "clerk:cs-1", "kiosk"):
        assert send(client, "POST", f"{SITE}/programme", NIGHT, role).status_code == 403
        assert send(client, "PATCH", f"{SITE}/directory/host", {"place": "x"}, role).status_code == 403
    assert client.post(f"{SITE}/programme", json=NIGHT).status_code == 401


def test_only_the_programme_page_may_stand_within_anothers(client: Client) -> None:
    policy = lambda path: client.get(path).headers["content-security-policy"]
    assert "frame-ancestors *" in policy(f"{PAGE}/programme")
    for path in (f"{PAGE}/programme/career-day", "/privacy", "/"):
        assert "frame-ancestors 'none'" in policy(path)


# ------------------------------------------------------------------------------------------------------- directory


def test_an_entry_is_changed_and_every_version_is_kept(client: Client) -> None:
    send(client, "PATCH", f"{SITE}/directory/host", {"label": {"da": "Værter", "en": "Hosts"}}, "manager")
    send(client, "DELETE", f"{SITE}/directory/host", role="manager")
    versions = send(client, "GET", f"{SITE}/directory/host/versions").json()
    assert [(v["version"], v["entry"]["label"]["en"], v["entry"]["retired"]) for v in versions] == [
        (2, "Hosts", True), (1, "Hosts", False), (0, "Host programme", False),
    ]  # fmt: skip
    assert "host" not in [o["code"] for o in client.get(f"{SITE}/programme").json()["organisations"]]


def test_a_form_changes_an_entry_and_says_what_was_refused(client: Client) -> None:
    client.cookies.set("samedag", client.tokens["manager"])
    fields = {
        "kind": "organisation",
        "label-da": "Roklub",
        "label-en": "Rowing club",
        "receives": "walk_in",
        "key": "k" * 9,
    }
    answer = client.post(f"{PAGE}/directory/new", data=fields | {"code": "rowing"}, follow_redirects=False)
    assert answer.headers["location"] == f"{PAGE}/directory/rowing"
    again = client.post(f"{PAGE}/directory/new", data=fields | {"code": "host", "key": "m" * 9})
    assert again.status_code == 409
    assert "is in use already" in again.text


# ------------------------------------------------------------------------------------------------------- referrals


def test_what_fits_a_party_is_suggested_with_the_reason(client: Client) -> None:
    visit = arrive(client, pathway="spouse")
    found = send(client, "GET", f"{SITE}/visits/{visit['id']}/referrals", role="floorwalker").json()
    assert ("spouse-jobs", [["audience", "spouse"]]) in [
        (s["target"]["code"], s["reasons"]) for s in found["suggested"]
    ]


def test_a_receiver_opens_the_link_without_an_account_sees_what_was_agreed_and_says_how_it_went(client: Client) -> None:
    visit = arrive(client, pathway="spouse", language="pl")
    body = {"to": "spouse-jobs", "consent": True, "contact": "ola@example.org", "note": "likes rowing"}
    made = post(client, f"/visits/{visit['id']}/referrals", body, "floorwalker")
    assert made["_status"] == 201
    path = made["link"].removeprefix("http://testserver")
    assert len(path.removeprefix("/r/")) == 22, "128 bits"
    client.cookies.clear()
    shown = client.get(path).text
    assert "ola@example.org" in shown and "likes rowing" in shown and "Polish" in shown
    assert str(visit["number"]) not in re.sub(r"<[^>]*>", "", shown.partition("<main")[2]), "no number, no visit"
    client.post(f"{path}/outcomes", data={"outcome": "met", "key": "o" * 10})
    assert "ola@example.org" not in client.get(path).text
    told = send(client, "GET", f"{SITE}/visits/{visit['id']}/referrals", role="floorwalker").json()["referrals"]
    assert [(r["outcome"], r["consent"]) for r in told] == [("met", "given")]


def test_links_that_open_nothing_are_all_answered_alike_and_only_so_many_a_minute(client: Client) -> None:
    for path in ("/r/", "/h/", "/g/"):
        answer = client.get(path + "A" * 22)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_way")
    codes = {client.get("/r/" + "B" * 22).status_code for _ in range(25)}
    assert codes == {404, 429}


def test_consent_taken_back_on_the_phone_leaves_no_byte_in_database_answers_or_log(client: Client) -> None:
    send(client, "GET", f"{SITE}/visits")  # somebody reads, as in a house that runs
    visit = arrive(client, pathway="spouse")
    retention.settle_file(client.app.state.store.engine)
    before = kept(client).count(b"spouse-jobs")
    body = {"to": "spouse-jobs", "consent": True, "contact": "canary@example.org", "note": "canary note"}
    key = {"Idempotency-Key": "referral-0001"}
    made = post(client, f"/visits/{visit['id']}/referrals", body, "floorwalker", **key)
    again = post(client, f"/visits/{visit['id']}/referrals", body, "floorwalker", **key)
    assert again == made, "the same key is answered alike, with the link"
    assert b"canary@example.org" in kept(client)
    token = made["link"].rpartition("/")[2]
    assert token.encode() not in kept(client)
    gone = client.delete(f"/api/v1/tickets/{visit['token']}/referrals/{made['id']}/consents")
    assert gone.json() == {"consent": "withdrawn"}
    after = kept(client)
    assert b"canary" not in after
    assert after.count(b"spouse-jobs") == before
    assert client.get(f"/r/{token}").status_code == 404


def test_nobody_answers_for_another_party(client: Client) -> None:
    visit, other = arrive(client), arrive(client)
    made = post(
        client, f"/visits/{visit['id']}/referrals", {"to": "host", "consent": False, "ask": True}, "floorwalker"
    )
    path = f"/api/v1/tickets/{other['token']}/referrals/{made['id']}/consents"
    assert client.post(path, json={"agree": True}).json()["code"] == "unknown_referral"
    own = path.replace(other["token"], visit["token"])
    assert client.post(own, json={"agree": True, "contact": "a@b.dk"}).json()["consent"] == "given"


def test_a_note_without_a_yes_and_a_cpr_number_are_refused(client: Client) -> None:
    visit = arrive(client)
    path = f"/visits/{visit['id']}/referrals"
    assert post(client, path, {"to": "host", "consent": False, "note": "x"})["code"] == "consent_needed"
    assert post(client, path, {"to": "host", "consent": True, "note": "010190-1234"})["code"] == "cpr_in_text"


def test_the_hand_out_outlives_the_ticket_in_the_citizens_language(client: Client) -> None:
    visit = arrive(client, language="da", pathway="spouse")
    post(client, f"/visits/{visit['id']}/referrals", {"to": "leisure", "consent": False}, "floorwalker")
    hand_out = client.get(f"/t/{visit['token']}/next", follow_redirects=False).headers["location"]
    client.app.state.clock.forward(days=2)
    assert client.get(f"/t/{visit['token']}").status_code == 404
    page = client.get(hand_out).text
    assert 'lang="da"' in page and "Fritid og kultur" in page
    client.post(f"{hand_out}/ends", data={"days": "1", "key": "e" * 10})
    client.app.state.clock.forward(days=2)
    assert client.get(hand_out).status_code == 404


def test_everything_is_erased_from_the_hand_out_with_one_press(client: Client) -> None:
    visit = arrive(client, pathway="spouse")
    body = {"to": "spouse-jobs", "consent": True, "contact": "canary@example.org"}
    post(client, f"/visits/{visit['id']}/referrals", body, "floorwalker")
    post(client, "/programme/partners-2/sign-ups", {"visit": visit["id"]}, "floorwalker")
    hand_out = client.get(f"/t/{visit['token']}/next", follow_redirects=False).headers["location"]
    assert "Deleted" in client.post(f"{hand_out}/erasures", data={"key": "x" * 10}).text
    assert client.get(hand_out).status_code == 404
    assert b"canary" not in kept(client)
    assert client.get(f"{SITE}/programme/partners-2").json()["taken"] == 0


# ------------------------------------------------------------------------------------- companies, come-backs, figures


def test_a_company_gets_a_link_and_its_newcomers_numbers_of_their_own(client: Client) -> None:
    wanted = [{"pathway": "nordic", "persons": 2}]
    body = {"company": "Nordværk A/S", "day": "2026-11-25", "starts": "09:10", "wanted": wanted}
    made = post(client, "/groups", body, "floorwalker")
    assert [s["at"] for s in made["slots"]] == ["2026-11-25T08:10:00Z"] * 2
    path = made["link"].removeprefix("http://testserver")
    client.cookies.clear()
    ref = {"ref": made["slots"][0]["ref"], "language": "pl", "key": "g" * 10}
    ticket = client.post(f"{path}/arrivals", data=ref, follow_redirects=False)
    assert ticket.headers["location"].startswith("/t/")
    assert "Number 101" in client.get(path, headers={"Accept-Language": "en"}).text
    send(client, "DELETE", f"{SITE}/groups/{made['id']}", role="floorwalker")
    assert client.get(path).status_code == 404


def test_a_come_back_says_when_and_what_to_bring(client: Client) -> None:
    visit = arrive(client, services=["cs.cpr"], pathway="nordic")
    post(client, f"/visits/{visit['id']}/papers", {"missing": ["address"]}, "floorwalker")
    found = post(client, f"/visits/{visit['id']}/come-backs", {"why": "paper_missing"}, "floorwalker")
    assert (found["_status"], found["comes_back"], found["state"]) == (201, "2026-11-26", "carried_over")
    page = client.get(f"/t/{visit['token']}/next").text
    assert "You go before others that day" in page and "was missing" in page


def test_an_ended_link_says_how_long_links_work_and_so_they_do(client: Client) -> None:
    visit = arrive(client, services=["cs.cpr"], pathway="nordic")
    post(client, f"/visits/{visit['id']}/come-backs", {"why": "paper_missing"}, "floorwalker")
    asked = {"Accept": "text/html", "Accept-Language": "en"}
    for day, opens in ((1, 200), (1, 404)):
        client.app.state.clock.forward(days=day)
        answer = client.get(f"/t/{visit['token']}", headers=asked)
        assert answer.status_code == opens
    assert (
        "until the day of the visit is over, and if you come back on another day, until that day is over" in answer.text
    )


def test_the_morning_after_the_ticket_of_who_was_left_leads_to_what_is_left_until_they_have_come(
    client: Client,
) -> None:
    visit = arrive(client, services=["cs.cpr", "cs.tax"], pathway="nordic")
    client.app.state.store.run_here("aalborg", sweeps.close_day, "clock")
    page = client.get(f"/t/{visit['token']}").text
    assert 'from <b class="when">08:30' in page and f'href="/t/{visit["token"]}/next"' in page
    assert page.count("Not today · Thursday, 26 November 2026") == page.count('class="dropped later"') == 2
    client.app.state.clock.forward(days=1)
    assert client.get(f"/api/v1/tickets/{visit['token']}").json()["code"] == "unknown_ticket"
    found, also = client.get(f"/t/{visit['token']}"), client.get(f"/t/{visit['token']}/next")
    assert found.url == also.url
    kept_page = found.text
    assert "Thursday, 26 November" in kept_page and "08:30" in kept_page
    assert "You go before others that day" in kept_page and "Number 101" in kept_page
    assert [name in kept_page for name in ("CPR number (Danish", "Tax card (skattekort)", "Reception")] == [
        True,
        True,
        False,
    ]
    back = {"arrival": "booked", "booking_ref": f"back-{visit['id']}", "members": [{"kind": "adult"}]}
    assert post(client, "/visits", back, "floorwalker")["_status"] == 201
    assert "You go before others" not in client.get(f"/t/{visit['token']}").text, "they have come"


def test_a_come_back_that_is_over_is_not_asked_for_and_the_ticket_is_no_more(client: Client) -> None:
    visit = arrive(client, services=["cs.cpr"], pathway="nordic")
    client.app.state.store.run_here("aalborg", sweeps.close_day, "clock")
    hand_out = client.get(f"/t/{visit['token']}/next", follow_redirects=False).headers["location"]
    assert "You go before others" in client.get(hand_out).text
    client.app.state.clock.forward(days=2)
    assert "You go before others" not in client.get(hand_out).text
    assert client.get(f"/t/{visit['token']}", headers={"Accept": "text/html"}).status_code == 404


def test_figures_hide_the_few_and_neither_file_holds_a_formula(client: Client) -> None:
    for n in range(7):
        visit = arrive(client, pathway="spouse")
        made = post(client, f"/visits/{visit['id']}/referrals", {"to": "spouse-jobs", "consent": True}, "floorwalker")
        outcome = "met" if n < 5 else "no_answer"
        send(
            client, "PATCH", f"{SITE}/visits/{visit['id']}/referrals/{made['id']}", {"outcome": outcome}, "floorwalker"
        )
    (line,) = send(client, "GET", f"{SITE}/referrals/figures", role="manager").json()["lines"]
    assert (line["kind"], line["audience"], line["total"]) == ("service", "spouse", 7)
    assert (line["met"], line["no_answer"], line["declined"]) == (None, None, 0)
    text = send(client, "GET", f"{PAGE}/referrals.csv?lang=en", role="manager").content.decode("utf-8-sig")
    assert text.splitlines()[1] == "Service;Accompanying spouse or partner;<5;<5;0;0;0;0;7"
    book = send(client, "GET", f"{PAGE}/referrals.xlsx", role="manager").content
    assert "<f>" not in _sheet(book)
    assert send(client, "GET", f"{PAGE}/referrals", role="floorwalker").status_code == 403


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", '=HYPERLINK("http://x")'])
def test_a_cell_that_begins_like_a_formula_is_a_text(cell: str) -> None:
    line = csv_of(["a"], [[cell]]).decode("utf-8-sig").splitlines()[1]
    assert line.lstrip('"').startswith("'")
    sheet = _sheet(xlsx_of("x", ["a"], [[cell]]))
    assert "<f>" not in sheet and "hyperlink" not in sheet


def _sheet(book: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        return file.read("xl/worksheets/sheet1.xml").decode()


def test_the_log_names_no_target_no_contact_and_no_note(client: Client) -> None:
    visit = arrive(client, pathway="spouse")
    body = {"to": "spouse-jobs", "consent": True, "contact": "canary@example.org", "note": "canary"}
    post(client, f"/visits/{visit['id']}/referrals", body, "floorwalker")
    log = send(client, "GET", f"{SITE}/events?limit=1000").text
    assert "referred" in log
    assert "canary" not in log and "spouse-jobs" not in log
    saved = client.app.state.store.read_here(lambda db: [str(r) for r in db.execute(select(tables.idempotency))])
    assert not any("canary" in row for row in saved)
