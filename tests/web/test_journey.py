"""A journey over HTTP: what can be done today, what not and why in words, and what else could be chosen."""

import re
from typing import Any

import pytest

from tests.builders import Clock
from tests.conftest import Client

ADULT = {"kind": "adult"}
ALL = ["cs.cpr", "cs.mitid", "cs.tax"]


@pytest.fixture
def staffed(client: Client) -> Client:
    for desk in ("siri-1", "ihnd-1", "cs-1", "cs-2", "cs-3", "tax-1"):
        post(client, f"/desks/{desk}/openings")
    return client


def post(client: Client, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    answer = client.post(client.site + path, json=body or {}, headers=client.as_("admin") | headers)
    assert answer.status_code < 300, answer.text
    return answer.json()


def arrives(client: Client, *services: str, members: list[dict[str, str]] | None = None, **more: Any) -> str:
    body = {"arrival": "walk_in", "services": list(services), "members": members or [ADULT], "anyway": True} | more
    found: str = post(client, "/visits", body)["id"]
    return found


def plan(client: Client, visit: str, services: list[str] | None = None, language: str = "en", **more: Any) -> Any:
    body = {"dry_run": True} | ({"services": services} if services else {}) | more
    return post(client, f"/visits/{visit}/journey", body, **{"Accept-Language": language})


def test_a_dry_run_books_nothing_and_the_real_one_promises_what_it_said(staffed: Client) -> None:
    visit = arrives(staffed, "cs.cpr")
    looked = plan(staffed, visit, ALL)
    assert looked["feasible"] and {s["service"] for s in looked["stops"]} == set(ALL)
    unchanged = staffed.get(f"{staffed.site}/visits/{visit}", headers=staffed.as_("admin")).json()
    assert [s["service"] for s in unchanged["stops"]] == ["cs.cpr"]
    booked = post(staffed, f"/visits/{visit}/journey", {"services": ALL})
    shown = staffed.get(f"{staffed.site}/visits/{visit}", headers=staffed.as_("admin")).json()
    # As the log has it up to then: a forecast that comes a second later may move what was told, and then says so.
    log = staffed.get(f"{staffed.site}/events", headers=staffed.as_("admin")).json()["events"]
    told: dict[str, list[str]] = {}
    for planned in (e for e in log if e["kind"] == "planned"):
        told |= planned["facts"]["windows"] | {"finish": planned["facts"]["finish"] or told.get("finish")}
        if planned["facts"]["why"] == "planned":
            break
    windows = {s["service"]: told[s["id"]][:2] for s in shown["stops"]}
    assert windows == {s["service"]: [s["window"]["from"], s["window"]["to"]] for s in booked["stops"]}
    assert told["finish"][:2] == [booked["finish"]["from"], booked["finish"]["to"]]


def test_leaving_one_out_is_offered_with_its_earlier_finish(staffed: Client) -> None:
    found = plan(staffed, arrives(staffed, *ALL))
    without = {a["without"]: a for a in found["alternatives"] if a["kind"] == "without"}
    assert without["cs.tax"]["finish"] < found["finish"]["to"]
    assert set(without["cs.tax"]["rest"]) == set(ALL) - {"cs.tax"}


def test_what_desks_close_before_is_said_with_its_figures_in_the_readers_language(
    staffed: Client, clock: Clock
) -> None:
    visit = arrives(staffed, "cs.cpr", "cs.mitid")
    clock.forward(hours=5, minutes=35)
    (missed,) = plan(staffed, visit)["not_today"]
    assert (missed["service"], missed["code"]) == ("cs.mitid", "closes")
    said = r"MitID cannot be reached: earliest start 1\d:\d[05], \d\d minutes long, but desks close 15:00\."
    assert re.fullmatch(said, missed["detail"]), missed["detail"]
    danish = plan(staffed, visit, language="da")["not_today"][0]["detail"]
    assert danish.startswith("MitID kan ikke nås: det begynder tidligst 1")


def test_what_is_promised_is_never_denied_beside_it(staffed: Client, clock: Clock) -> None:
    """Whoever came earlier goes first in the plan, and need not in the line."""
    post(staffed, "/desks/career-1/openings")
    clock.forward(hours=4, minutes=45)
    for _ in range(3):
        post(staffed, f"/visits/{arrives(staffed, 'cs.tax', 'ihnd.career', pathway='nordic')}/journey")
    couple = arrives(staffed, "cs.tax", "ihnd.career", members=[ADULT, ADULT], pathway="career")
    journey = plan(staffed, couple)
    promised = {s["service"] for s in journey["stops"]}
    assert "ihnd.career" in promised
    assert promised.isdisjoint(n["service"] for n in journey["not_today"])
    assert journey["feasible"] is (journey["finish"] is not None) is True


def test_coming_back_is_offered_for_what_only_today_stands_against(staffed: Client, clock: Clock) -> None:
    visit = arrives(staffed, "cs.cpr", "cs.mitid")
    clock.forward(hours=5, minutes=35)
    back = [a for a in plan(staffed, visit)["alternatives"] if a["kind"] == "come_back"]
    assert [(b["services"], b["day"]) for b in back] == [(["cs.mitid"], "2026-11-26")]


def test_a_witness_who_comes_later_holds_mitid_alone_and_waiting_is_offered(staffed: Client) -> None:
    visit = arrives(staffed, "cs.mitid", "cs.tax")
    post(staffed, f"/visits/{visit}/papers", {"missing": ["witness"]})
    found = plan(staffed, visit)
    assert [s["service"] for s in found["stops"]] == ["cs.tax"]
    assert [(n["service"], n["code"]) for n in found["not_today"]] == [("cs.mitid", "awaited")]
    assert found["not_today"][0]["detail"] == "MitID waits until this is here: Witness who has MitID."
    (wait,) = [a for a in found["alternatives"] if a["kind"] == "wait"]
    assert (wait["services"], wait["papers"]) == (["cs.mitid"], ["witness"])
    post(staffed, f"/visits/{visit}/papers", {"seen": ["witness"]})
    assert {s["service"] for s in plan(staffed, visit)["stops"]} == {"cs.mitid", "cs.tax"}


def test_what_stands_behind_a_missing_paper_says_what_must_come_first(staffed: Client) -> None:
    visit = arrives(staffed, "cs.cpr", "cs.mitid")
    post(staffed, f"/visits/{visit}/papers", {"missing": ["address"]})
    found = {n["service"]: (n["code"], n["detail"]) for n in plan(staffed, visit)["not_today"]}
    assert found["cs.cpr"][0] == "papers_missing"
    assert found["cs.mitid"] == ("needs", "MitID cannot be done: CPR must come first.")


def test_a_family_that_would_be_done_earlier_apart_is_told_so(staffed: Client) -> None:
    visit = arrives(staffed, "cs.tax", "cs.mitid", members=[ADULT, ADULT])
    found = plan(staffed, visit)
    (split,) = [a for a in found["alternatives"] if a["kind"] == "split"]
    assert (split["members"], split["finish"] < found["finish"]["to"]) == (["m2"], True)


def test_a_party_that_must_stand_together_is_not_offered_to_split(staffed: Client) -> None:
    found = plan(staffed, arrives(staffed, "cs.cpr", "cs.mitid", members=[ADULT, ADULT]))
    assert not [a for a in found["alternatives"] if a["kind"] == "split"]


def test_whoever_must_leave_early_hears_what_does_not_fit(staffed: Client) -> None:
    found = plan(staffed, arrives(staffed, *ALL), leave_by="2026-11-25T08:12:00Z")
    assert {n["code"] for n in found["not_today"]} == {"leaves"}
    assert "the party leaves 09:12" in " ".join(n["detail"] for n in found["not_today"])


def test_an_interpreted_party_is_done_later(staffed: Client) -> None:
    plain, interpreted = arrives(staffed, "cs.cpr"), arrives(staffed, "cs.cpr", interpreter="uk")
    post(staffed, f"/visits/{plain}/departures")
    later = plan(staffed, interpreted)["finish"]["to"]
    post(staffed, f"/visits/{interpreted}/departures")
    assert plan(staffed, arrives(staffed, "cs.cpr"))["finish"]["to"] < later


def test_stops_before_an_outcome_are_tentative(staffed: Client) -> None:
    csv = "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status\nN1;25-11-2026;09:10;EU-opholdsdokument;1;Booket\n"
    headers = staffed.as_("admin") | {"Content-Type": "text/csv"}
    staffed.post(f"{staffed.site}/bookings", content=csv.encode(), headers=headers)
    body = {"arrival": "booked", "booking_ref": "N1", "members": [ADULT]}
    found = plan(staffed, post(staffed, "/visits", body)["id"])
    tentative = {s["service"]: s["tentative"] for s in found["stops"]}
    assert tentative["siri.residence"] is False
    assert tentative["cs.cpr"] is True


def test_a_service_that_is_down_until_after_closing_is_named(staffed: Client) -> None:
    visit = arrives(staffed, "cs.tax", "cs.cpr")
    post(staffed, "/services/cs.tax/pauses", {"expected_back": "2026-11-25T15:00:00Z"})
    (missed,) = plan(staffed, visit)["not_today"]
    assert (missed["service"], missed["code"]) == ("cs.tax", "paused")
