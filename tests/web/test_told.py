"""Who must be told: everybody concerned and nobody else, one tap each."""

from typing import Any

import pytest

from tests.conftest import Client

HTML = {"Accept": "text/html"}


@pytest.fixture
def down(client: Client) -> Client:
    """Two parties need tax, one of them CPR as well, a third only CPR; tax is out of order."""
    for desk in ("cs-1", "cs-3", "tax-1"):
        post(client, f"/desks/{desk}/openings")
    for services in (["cs.tax"], ["cs.tax", "cs.cpr"], ["cs.cpr"]):
        post(client, "/visits", {"arrival": "walk_in", "services": services, "members": [{"kind": "adult"}]})
    post(client, "/services/cs.tax/pauses", {"notice": "The tax system is down."})
    return client


def post(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = client.post(client.site + path, json=body or {}, headers=client.as_("admin"))
    assert answer.status_code < 300, answer.text
    return answer.json()


def told(client: Client) -> Any:
    return client.get(f"{client.site}/told", headers=client.as_("floorwalker")).json()


def tap(client: Client, what: str, number: int) -> None:
    visit = next(t["visit"] for t in told(client)["to_tell"] if t["number"] == number)
    headers = client.as_("floorwalker") | HTML | {"Origin": "http://testserver"}
    page = client.post(f"/sites/aalborg/told/{visit}/{what}", data={}, headers=headers, follow_redirects=False)
    assert page.status_code == 303, page.text


def test_everybody_concerned_is_on_the_list_with_the_reason_and_nobody_else(down: Client) -> None:
    found = {t["number"]: [(c["service"], c["why"]) for c in t["concerns"]] for t in told(down)["to_tell"]}
    assert found == {101: [("cs.tax", "service_down")], 102: [("cs.tax", "service_down")]}


def test_whoever_was_told_moves_down_and_stays_told(down: Client) -> None:
    tap(down, "warnings", 101)
    found = told(down)
    assert [t["number"] for t in found["to_tell"]] == [102]
    assert [t["number"] for t in found["told"]] == [101]


def test_a_come_back_ticket_carries_over_with_right_of_way_what_is_in_doubt_and_only_that(down: Client) -> None:
    for number in (101, 102):
        tap(down, "come-backs", number)
    assert told(down)["to_tell"] == []
    visits = {v["number"]: v for v in down.get(f"{down.site}/visits", headers=down.as_("admin")).json()}
    assert visits[101]["state"] == "carried_over"
    assert visits[102]["state"] == "active"
    assert {s["service"]: s["state"] for s in visits[102]["stops"]} == {"cs.tax": "dropped", "cs.cpr": "waiting"}


def test_leaving_it_out_lets_the_rest_of_the_day_go_on(down: Client) -> None:
    tap(down, "drops", 102)
    assert [t["number"] for t in told(down)["to_tell"]] == [101]


def test_the_phone_is_told_at_once_and_when_it_runs_again(down: Client) -> None:
    headers = down.as_("floorwalker")
    visit = down.get(f"{down.site}/visits", headers=headers).json()[0]
    doubt = lambda: down.get(f"/api/v1/tickets/{visit['token']}").json()["stops"][0]["doubt"]
    assert doubt() == "service_down"
    post(down, "/services/cs.tax/resumptions")
    assert doubt() is None
    assert told(down)["to_tell"] == []


def test_the_page_says_the_number_and_the_reason_in_words(down: Client) -> None:
    page = down.get("/sites/aalborg/told?lang=en", headers=down.as_("floorwalker") | HTML).text
    assert "101" in page
    assert "out of order, nobody knows for how long" in page
    danish = down.get("/sites/aalborg/told?lang=da", headers=down.as_("floorwalker") | HTML).text
    assert "Hvem skal have besked" in danish


def test_a_clerk_may_read_the_list_and_a_kiosk_may_not(down: Client) -> None:
    assert down.get(f"{down.site}/told", headers=down.as_("clerk:cs-1")).status_code == 200
    assert down.get(f"{down.site}/told", headers=down.as_("kiosk")).status_code == 403


def test_a_party_whose_desk_is_away_is_offered_another_one_with_one_tap(client: Client) -> None:
    for desk in ("cs-1", "cs-2"):
        post(client, f"/desks/{desk}/openings")
    row = "Skranke;Dato;Tid;Minutter\ncs-2;25-11-2026;09:10;20\n"
    client.post(f"{client.site}/bookings", content=row, headers=client.as_("admin") | {"Content-Type": "text/csv"})
    visit = post(client, "/visits", {"arrival": "walk_in", "services": ["cs.cpr"], "members": [{"kind": "adult"}]})
    headers = client.as_("floorwalker") | HTML
    path = f"/sites/aalborg/floor/visits/{visit['id']}"
    assert "They have a time here already" in client.get(f"{path}?lang=en", headers=headers).text
    tapped = client.post(
        f"{path}/slots", data={"booking": "cs-cs-2-0910"}, headers=headers | {"Origin": "http://testserver"}
    )
    assert tapped.status_code < 400
    post(client, "/desks/cs-2/pauses", {"until": "2026-11-25T10:00:00Z"})
    shown = client.get("/sites/aalborg/told?lang=en", headers=headers).text
    assert "Another desk" in shown and "where nobody is" in shown
    tap(client, "other-desks", 101)
    assert told(client)["to_tell"] == []
    assert post(client, "/desks/cs-1/calls")["visit"]["number"] == 101
