"""A newcomer's day over HTTP, as the contract words it."""

from pathlib import Path

import pytest

from tests.conftest import Client

CSV = (
    "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status;Bemærkning\r\n"
    "N1;25-11-2026;09:10;EU-opholdsdokument;1;Booket;\r\n"
    "N2;25-11-2026;09:30;EU-familiemedlem;3;Booket;\r\n"
    "N3;25-11-2026;09:50;EU-opholdsdokument;1;Aflyst;\r\n"
    "N4;25-11-2026;09:50;EU-opholdsdokument;1;Booket;cpr 010190-1234\r\n"
)


def post(client: Client, path: str, body: dict[str, object] | None = None, role: str = "admin", **headers: str) -> dict:
    answer = client.post(client.site + path, json=body or {}, headers=client.as_(role) | headers)
    assert answer.status_code < 500, answer.text
    return answer.json() | {"_status": answer.status_code}


@pytest.fixture
def booked(client: Client) -> Client:
    answer = client.post(
        f"{client.site}/bookings",
        content=CSV.encode(),
        headers=client.as_("floorwalker") | {"Content-Type": "text/csv"},
    )
    assert answer.json()["imported"] == 2
    return client


def test_a_newcomer_goes_from_a_booking_to_mitid_in_one_day(booked: Client) -> None:
    visit = post(booked, "/visits", {"arrival": "booked", "booking_ref": "N1", "members": [{"kind": "adult"}]}, "kiosk")
    assert (visit["number"], visit["stops"][0]["service"]) == (101, "siri.residence")
    for desk, body in (("siri-1", {"outcome": "issued"}), ("ihnd-1", {}), ("cs-3", {})):
        post(booked, f"/desks/{desk}/openings")
        assert post(booked, f"/desks/{desk}/calls")["call"]["number"] == 101
        post(booked, f"/desks/{desk}/starts")
        post(booked, f"/desks/{desk}/finishes", body)
    while True:
        found = post(booked, "/desks/cs-3/finishes")
        if found["_status"] == 409:
            found = post(booked, "/desks/cs-3/calls")
            if found["_status"] == 409:
                break
            post(booked, "/desks/cs-3/starts")
    shown = booked.get(f"{booked.site}/visits/{visit['id']}", headers=booked.as_("floorwalker")).json()
    assert {s["service"]: s["state"] for s in shown["stops"]}["cs.mitid"] == "done"
    assert shown["state"] == "done"


def test_a_pending_outcome_opens_no_door(booked: Client) -> None:
    members = [{"kind": "adult"}, {"kind": "adult"}, {"kind": "child", "age": 3}]
    visit = post(booked, "/visits", {"arrival": "booked", "booking_ref": "N2", "members": members})
    post(booked, "/desks/siri-1/openings")
    post(booked, "/desks/siri-1/calls")
    post(booked, "/desks/siri-1/starts")
    ended = post(booked, "/desks/siri-1/finishes", {"outcomes": {"m1": "issued", "m2": "pending", "m3": "pending"}})
    cpr = next(s for s in ended["visit"]["stops"] if s["service"] == "cs.cpr")
    assert (cpr["members"], visit["number"]) == (["m1"], 101)


def test_a_cancelled_booking_cannot_check_in(booked: Client) -> None:
    answer = post(booked, "/visits", {"arrival": "booked", "booking_ref": "N3", "members": [{"kind": "adult"}]})
    assert (answer["_status"], answer["code"]) == (409, "booking_cancelled")


def test_the_same_list_again_changes_nothing_and_a_cpr_number_is_never_kept(booked: Client) -> None:
    again = booked.post(
        f"{booked.site}/bookings",
        content=CSV.encode(),
        headers=booked.as_("floorwalker") | {"Content-Type": "text/csv"},
    ).json()
    assert (again["imported"], again["updated"], again["cancelled"]) == (0, 0, 0)
    assert [(r["line"], r["code"]) for r in again["rejected"]] == [(5, "cpr_in_remark")]
    log = booked.get(f"{booked.site}/events", headers=booked.as_("admin")).text
    assert "010190" not in log


def test_siri_takes_nobody_without_a_booking(client: Client) -> None:
    body = {"arrival": "walk_in", "services": ["siri.residence"], "members": [{"kind": "adult"}]}
    assert post(client, "/visits", body, "kiosk")["code"] == "no_walk_ins"


def test_two_taps_with_one_key_issue_one_number(client: Client) -> None:
    body = {"arrival": "walk_in", "members": [{"kind": "adult"}]}
    key = {"Idempotency-Key": "tap-tap-tap"}
    first = client.post(f"{client.site}/visits", json=body, headers=client.as_("kiosk") | key)
    second = client.post(f"{client.site}/visits", json=body, headers=client.as_("kiosk") | key)
    assert second.json() == first.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    other = client.post(f"{client.site}/visits", json=body | {"language": "da"}, headers=client.as_("kiosk") | key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_a_clerk_of_one_desk_cannot_call_at_another(client: Client) -> None:
    assert post(client, "/desks/cs-3/calls", role="clerk:cs-1")["code"] == "not_yours"


def test_a_link_is_told_to_who_made_it_and_to_floorwalkers_only(client: Client) -> None:
    made = post(client, "/visits", {"arrival": "walk_in", "members": [{"kind": "adult"}]}, "kiosk")
    path = f"{client.site}/visits/{made['id']}"
    assert client.get(path, headers=client.as_("clerk:cs-1")).json()["token"] is None
    assert client.get(path, headers=client.as_("floorwalker")).json()["token"] == made["token"]
    assert client.get(f"/api/v1/tickets/{made['token']}").json()["number"] == 101


def test_a_guessed_link_opens_nothing(client: Client) -> None:
    answer = client.get("/api/v1/tickets/AAAAAAAAAAAAAAAAAAAAAA")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_ticket")


def test_a_note_that_holds_a_cpr_number_is_refused_and_not_repeated(client: Client) -> None:
    made = post(client, "/visits", {"arrival": "walk_in", "members": [{"kind": "adult"}]})
    answer = client.post(
        f"{client.site}/visits/{made['id']}/notes",
        json={"text": "he is 010190-1234"},
        headers=client.as_("floorwalker"),
    )
    assert answer.json()["code"] == "cpr_in_text"
    assert "1234" not in answer.text


def test_an_unknown_field_is_named_rather_than_ignored(client: Client) -> None:
    answer = post(client, "/visits", {"arrival": "walk_in", "members": [{"kind": "adult"}], "name": "Ann"})
    assert (answer["_status"], answer["code"], answer["errors"][0]["field"]) == (422, "malformed", "name")


def test_a_journey_can_be_looked_at_without_booking_it(client: Client) -> None:
    made = post(client, "/visits", {"arrival": "walk_in", "members": [{"kind": "adult"}]})
    before = _acts(client)
    found = post(client, f"/visits/{made['id']}/journey", {"services": ["cs.cpr", "cs.mitid"], "dry_run": True})
    assert {s["service"] for s in found["stops"]} >= {"cs.cpr", "cs.mitid"}
    assert _acts(client) == before


def _acts(client: Client) -> list[dict[str, object]]:
    """What people did: the clock may publish a window at any moment."""
    events = client.get(f"{client.site}/events", headers=client.as_("admin")).json()["events"]
    return [e for e in events if e["actor"] != "clock"]


def test_the_wall_shows_a_number_and_a_place_and_nothing_else_about_anybody(client: Client) -> None:
    post(
        client,
        "/visits",
        {"arrival": "walk_in", "services": ["cs.tax"], "members": [{"kind": "adult"}], "language": "zu"},
    )
    post(client, "/desks/tax-1/openings")
    post(client, "/desks/tax-1/calls")
    board = client.get(f"{client.site}/board")
    assert [c["number"] for c in board.json()["now"]] == [101]
    assert "cs.tax" not in board.text
    assert '"zu"' not in board.text


def test_a_display_is_shown_the_call_at_once_and_its_id_once_more_after_a_reconnect(client: Client) -> None:
    post(client, "/visits", {"arrival": "walk_in", "services": ["cs.tax"], "members": [{"kind": "adult"}]})
    post(client, "/desks/tax-1/openings")
    with client.websocket_connect("/live/sites/aalborg/board") as socket:
        first = socket.receive_json()
        assert first["calls"] == []
        made = post(client, "/desks/tax-1/calls")
        message = socket.receive_json()
        while not message.get("calls"):  # a beat, or a window that the clock has just published
            message = socket.receive_json()
        assert [c["id"] for c in message["calls"]] == [made["call"]["id"]]
    with client.websocket_connect(f"/live/sites/aalborg/board?after={message['seq']}") as socket:
        assert socket.receive_json()["calls"] == []
    with client.websocket_connect(f"/live/sites/aalborg/board?after={first['seq']}") as socket:
        assert [c["id"] for c in socket.receive_json()["calls"]] == [made["call"]["id"]]


def test_a_foreign_ticket_socket_is_told_that_there_is_no_such_thing(client: Client) -> None:
    with client.websocket_connect("/live/tickets/nothing") as socket:
        assert socket.receive()["code"] == 4404


def test_a_link_is_told_again_for_its_key_but_never_written_down(client: Client, sqlite: str) -> None:
    key = {"Idempotency-Key": "a-key-of-the-test"}
    body = {"arrival": "walk_in", "members": [{"kind": "adult"}]}
    first, again = (post(client, "/visits", body, **key) for _ in range(2))
    assert first == again
    assert client.get(f"/t/{first['token']}").status_code == 200
    form = {"adults": "1", "key": "another-key-of-it"}
    assert client.post("/sites/aalborg/kiosk/arrivals", data=form, headers=client.as_("kiosk")).status_code == 200
    visits = client.get(f"{client.site}/visits", headers=client.as_("floorwalker")).json()
    from_kiosk = visits[1]["token"]
    assert client.get(f"/t/{from_kiosk}").status_code == 200
    kept = b"".join(file.read_bytes() for file in Path(sqlite.removeprefix("sqlite:///")).parent.glob("samedag.db*"))
    assert first["id"].encode() in kept
    assert first["token"].encode() not in kept and from_kiosk.encode() not in kept
