"""What users of other queue systems report as pain, one row each, and the tests that hold it off here.

The rows follow the sections of the survey. A row names tests of this file as they are called, others with their file.
"""

import ast
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.store.engine import make_engine
from tests.builders import Clock
from tests.commands import WALK_IN
from tests.conftest import Client
from tests.routes import routes

HERE = Path(__file__).parent
TAX = WALK_IN | {"services": ["cs.tax"]}
SCRIPT = "<script>alert('pain')</script>"

PAINS: Mapping[str, tuple[str, ...]] = {
    "2.1 the same person is called at two desks": (
        "faults/test_calls.py::test_eight_desks_call_nobody_twice_and_lose_nobody_on_sqlite",
        "faults/test_calls.py::test_eight_desks_call_nobody_twice_and_lose_nobody_on_postgresql_with_four_processes",
        "faults/test_calls.py::test_without_the_row_lock_postgresql_calls_the_same_party_twice",
        "actions/test_calling.py::test_a_party_at_one_desk_cannot_be_called_to_another",
    ),
    "2.1 a clerk has two parties in hand": (
        "actions/test_calling.py::test_a_desk_with_a_party_in_hand_cannot_call_another",
        "browser/test_desk.py::test_a_double_click_is_one_call",
    ),
    "2.2 a page load, a refresh or a prefetch calls somebody": (
        "test_no_get_of_any_address_changes_anything",
        "web/test_staff_pages.py::test_a_get_never_calls",
    ),
    "2.2 a missed party cannot be called again and breaks the screens": (
        "test_who_missed_the_call_breaks_no_screen_and_is_called_again",
        "actions/test_calling.py::test_who_missed_a_call_rejoins_behind_the_next_two_and_not_at_the_back",
    ),
    "2.2 somebody is called on another day": ("test_nobody_of_another_day_is_called",),
    "2.2 moves that nothing allows": ("test_history.py::test_every_use_case_is_among_the_acts",),
    "2.3 a double tap gives two tickets": (
        "test_taps_at_the_same_moment_give_one_number_for_a_key_and_never_one_twice",
        "web/test_visits.py::test_two_taps_with_one_key_issue_one_number",
        "faults/test_retry.py::test_every_command_has_one_effect_and_one_answer_however_often_it_is_sent",
        "faults/test_retry.py::test_without_kept_answers_a_command_sent_again_has_another_effect",
    ),
    "2.3 numbers are issued twice or do not count on": (
        "test_taps_at_the_same_moment_give_one_number_for_a_key_and_never_one_twice",
        "test_clock.py::test_a_day_is_closed_once_and_rolls_once",
    ),
    "2.3 the number changes on the way": (
        "test_the_number_stays_the_same_through_every_authority",
        "web/test_visits.py::test_a_newcomer_goes_from_a_booking_to_mitid_in_one_day",
    ),
    "2.4 tickets vanish in another time zone, late in the day or when clocks change": (
        "test_clock.py::test_a_day_is_one_day_in_any_time_zone_of_the_process",
        "test_clock.py::test_a_day_is_closed_once_and_rolls_once",
        "domain/test_hours.py::test_the_days_the_clocks_are_put_keep_their_wall_clock_hours",
    ),
    "2.4 waits are negative and the order changes when the clock is corrected": (
        "test_clock.py::test_a_server_clock_that_jumps_an_hour_reorders_and_loses_nothing",
        "test_clock.py::test_a_clock_that_was_put_back_across_midnight_rolls_the_day_once",
    ),
    "2.4 the device's clock is believed": (
        "test_clock.py::test_a_clients_clock_decides_nothing",
        "browser/test_display.py::test_the_clock_is_the_houses_although_the_device_is_a_day_off",
    ),
    "2.5 an outage looks like an empty line": (
        "test_a_database_error_never_looks_like_an_empty_board",
        "web/test_health.py::test_without_a_database_it_lives_but_cannot_serve_and_says_when_to_try_again",
        "browser/test_display.py::test_after_silence_the_last_picture_stays_and_says_since_when",
    ),
    "2.5 a reconnect does not fetch what was missed": (
        "live/test_sockets.py::test_who_was_away_gets_the_calls_they_missed_and_no_old_ones",
        "browser/test_display.py::test_a_closed_socket_is_followed_again_from_where_it_was",
        "browser/test_display_network.py::test_after_a_bad_network_the_wall_is_true_again_and_plays_each_call_once",
    ),
    "2.5 calls are lost or overwrite each other": (
        "test_every_call_of_a_burst_is_told_with_an_id_of_its_own_and_a_recall_is_another",
        "browser/test_display.py::test_a_burst_of_20_calls_is_shown_and_heard_one_after_another_and_none_is_lost",
        "browser/test_display.py::test_speech_that_hangs_does_not_hold_back_the_next_call",
    ),
    "2.5 a call is silent": (
        "browser/test_display.py::test_the_first_call_after_a_quiet_hour_sounds",
        "browser/test_display.py::test_a_recall_is_shown_anew_with_another_chime",
        "browser/test_display.py::test_without_a_tap_the_wall_asks_for_sound_and_tells_the_staff",
    ),
    "2.5 entries are cut off and the wall has to be restarted": (
        "browser/test_display.py::test_in_a_full_house_nothing_is_cut_off_and_every_number_is_shown_in_turn",
        "browser/test_display.py::test_the_wall_does_not_grow_over_30_days",
    ),
    "2.6 the position jumps": (
        "test_a_place_is_read_from_the_clerks_line_and_moves_up_only_for_priority",
        "screens/test_desk.py::test_a_citizens_place_is_read_from_the_very_line_that_the_clerk_sees",
        "domain/test_line.py::test_a_later_arrival_never_moves_an_earlier_equal_party_back",
    ),
    "2.6 the wait is counted anew at each authority or call": (
        "test_the_wait_counts_from_the_first_arrival_and_the_first_call",
    ),
    "2.6 the time told is never held against what happened": (
        "domain/test_kept.py::test_a_promise_is_judged_by_the_window_first_told",
    ),
    "2.7 priority always goes first, or never": (
        "test_priority_takes_at_most_every_third_call_and_nobody_starves",
        "screens/test_desk.py::test_priority_goes_at_most_every_third_call_and_says_so",
    ),
    "2.7 people move themselves back for ever": (
        "test_who_steps_out_twice_does_not_step_out_again_and_is_not_called_meanwhile",
        "browser/test_phone.py::test_ten_minutes_are_given_twice_and_no_more",
        "actions/test_calling.py::test_a_citizen_rejoins_once_without_staff",
    ),
    "2.8 a number that never comes because the printer was out": (
        "notify/test_emptier.py::test_a_printer_that_is_out_is_tried_again_then_failed_and_the_party_loses_nothing",
        "notify/test_reach.py::test_a_check_in_prints_when_it_asks_for_paper_and_says_how_it_went",
    ),
    "2.8 several slips for one ticket": (
        "notify/test_emptier.py::test_a_slip_that_hangs_half_way_is_not_printed_a_second_time",
    ),
    "2.8 markup in a note is executed": ("test_what_people_write_is_text_wherever_it_is_shown",),
    "2.8 tickets outside opening hours": (
        "test_outside_the_hours_the_server_gives_no_number_whichever_way_one_asks",
        "actions/test_intake.py::test_too_late_is_said_before_a_number_is_issued",
    ),
    "2.9 messages come twice": (
        "notify/test_emptier.py::test_two_processes_send_nothing_twice",
        "notify/test_emptier.py::test_an_sms_that_may_have_been_taken_is_not_sent_twice",
    ),
    "2.9 the links of others are told": (
        "test_nobodys_answer_holds_the_link_of_another_party",
        "web/test_visits.py::test_a_link_is_told_to_who_made_it_and_to_floorwalkers_only",
    ),
    "2.9 queues can be read without signing in": (
        "web/test_roles.py::test_each_caller_is_let_in_where_the_table_says_and_nowhere_else",
    ),
    "2.9 another page acts with the citizen's link": (
        "web/test_guard.py::test_a_form_of_a_sibling_origin_changes_nothing",
        "web/test_guard.py::test_every_page_forbids_foreign_scripts_and_frames",
    ),
    "2.10 one slot is taken twice": (
        "test_a_booking_that_is_taken_by_many_at_once_has_one_owner",
        "actions/test_companies.py::test_two_groups_of_one_day_do_not_mix",
        "actions/test_programme.py::test_fifty_who_ask_at_once_for_the_last_five_places_get_exactly_five",
    ),
    "2.10 an outage loses what was acknowledged": (
        "faults/test_kill.py::test_nothing_acknowledged_is_lost_when_the_process_is_killed",
        "browser/test_offline.py::test_forty_acts_without_network_are_each_done_once",
        "actions/test_slips.py::test_paper_goes_on_from_the_bottom",
    ),
    "2.11 call a certain ticket": ("test_a_certain_party_is_called_and_everybody_sees_by_whom_and_where",),
    "2.11 who called me and where": (
        "test_a_certain_party_is_called_and_everybody_sees_by_whom_and_where",
        "screens/test_citizen.py::test_a_call_says_the_desk_and_where_it_is",
    ),
    "2.11 undo": ("actions/test_calling.py::test_an_undo_brings_back_exactly_what_was",),
    "2.11 rejoin a ticket": (
        "browser/test_phone.py::test_leaving_asks_first_and_one_may_come_back",
        "screens/test_citizen.py::test_who_left_may_come_back_until_the_day_is_closed",
    ),
    "2.11 warn me before my turn": (
        "notify/test_emptier.py::test_soon_is_told_once_when_three_are_ahead_and_not_while_four_are",
    ),
    "2.11 tell staff when an empty line fills": (
        "browser/test_desk.py::test_who_waits_for_somebody_is_told_when_somebody_comes",
    ),
    "2.11 colleagues see open calls": ("test_a_certain_party_is_called_and_everybody_sees_by_whom_and_where",),
    "2.11 tell everybody who waits": (
        "web/test_told.py::test_everybody_concerned_is_on_the_list_with_the_reason_and_nobody_else",
    ),
    "2.11 keep the line of a day that was cut short": (
        "actions/test_coming_back.py::test_what_is_left_at_close_joins_the_come_back_there_is",
    ),
}
"""Pain -> the tests that would fail if we had it. What nobody has built yet is not here."""


@cache
def _tests_in(file: Path) -> frozenset[str]:
    module = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(n.name for n in module.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def _missing(pains: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Rows without a test, and names that no test has."""
    wrong = [pain for pain, named in pains.items() if not named]
    for name in {name for named in pains.values() for name in named}:
        file, _, test = name.rpartition("::")
        path = HERE / (file or Path(__file__).name)
        if not test.startswith("test_") or not path.is_file() or test not in _tests_in(path):
            wrong.append(name)
    return sorted(wrong)


def test_every_pain_has_a_test_and_every_named_test_is_there() -> None:
    assert _missing(PAINS) == []
    assert {pain.split()[0] for pain in PAINS} == {f"2.{n}" for n in range(1, 12)}
    gone = {"empty": (), "other": ("test_that_nobody_wrote",), "no file": ("web/test_none.py::test_x",)}
    assert _missing(gone) == ["empty", "test_that_nobody_wrote", "web/test_none.py::test_x"], "the control"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing happens in the house but what a test does: windows that the clock tells would move a line."""
    monkeypatch.setattr("app.live.ticker.SWEEP_SECONDS", 3600)


def act(client: Client, path: str, body: object = None, role: str = "admin") -> dict[str, Any]:
    """A command that must succeed."""
    answer = client.post(client.site + path, json=body or {}, headers=client.as_(role))
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


def see(client: Client, path: str) -> dict[str, Any]:
    """A screen of the API."""
    found: dict[str, Any] = client.get(client.site + path, headers=client.as_("admin")).json()
    return found


def served(client: Client, desk: str = "tax-1") -> dict[str, Any]:
    """Who is next at this desk is called, seated and finished; the call."""
    called = act(client, f"/desks/{desk}/calls")
    act(client, f"/desks/{desk}/starts")
    act(client, f"/desks/{desk}/finishes")
    return called


def _addresses(client: Client, visit: dict[str, Any], desk: str = "tax-1") -> list[str]:
    """Every address of the application that can be asked for."""
    names = {"site": "aalborg", "desk": desk, "visit": visit["id"], "service": "cs.tax", "token": visit["token"]}
    names |= dict.fromkeys(("device", "event", "sign_up", "entry", "referral", "group", "what"), "calls")
    return [path.format_map(names) for method, path in routes(client.app) if method == "GET"]


def test_no_get_of_any_address_changes_anything(client: Client) -> None:
    act(client, "/desks/tax-1/openings")
    missed, waiting = (act(client, "/visits", TAX) for _ in range(2))
    act(client, "/desks/tax-1/calls")
    act(client, "/desks/tax-1/misses")
    before, board = see(client, "/events?limit=1000"), see(client, "/board")["now"]
    asked = {*_addresses(client, missed)} | {a for a in _addresses(client, waiting) if waiting["token"] in a}
    posts = {p for m, p in routes(client.app) if m == "POST"}
    asked |= {f"{client.site}/desks/tax-1/{p.rpartition('/')[2]}" for p in posts if "/desks/{desk}/" in p}
    headers = client.as_("admin") | {"Sec-Purpose": "prefetch", "Cache-Control": "no-cache"}
    for address in sorted(asked):
        assert client.get(address, headers=headers, follow_redirects=False).status_code < 500, address
    assert len(asked) > 60
    assert see(client, "/events?limit=1000") == before
    assert see(client, "/board")["now"] == board == []


def test_who_missed_the_call_breaks_no_screen_and_is_called_again(client: Client) -> None:
    act(client, "/desks/tax-1/openings")
    made = act(client, "/visits", TAX)
    first = act(client, "/desks/tax-1/calls")["call"]
    act(client, "/desks/tax-1/misses")
    shown = [
        f"{client.site}/board", f"{client.site}/floor", f"{client.site}/desks/tax-1", f"{client.site}/manager",
        f"/api/v1/tickets/{made['token']}", f"/t/{made['token']}", "/display/aalborg", "/sites/aalborg/floor",
        f"/sites/aalborg/floor/visits/{made['id']}", "/sites/aalborg/desks/tax-1", "/sites/aalborg/kiosk",
    ]  # fmt: skip
    for path in shown:
        assert client.get(path, headers=client.as_("admin")).status_code == 200, path
    act(client, f"/visits/{made['id']}/returns")
    again = act(client, "/desks/tax-1/calls", {"visit": made["id"]})["call"]
    assert (again["number"], again["id"] != first["id"]) == (made["number"], True)
    assert [c["id"] for c in see(client, "/board")["now"]] == [again["id"]]


def test_nobody_of_another_day_is_called(client: Client, clock: Clock) -> None:
    made = act(client, "/visits", TAX)
    clock.forward(days=1)
    act(client, "/desks/tax-1/openings")
    answer = client.post(f"{client.site}/desks/tax-1/calls", json={"visit": made["id"]}, headers=client.as_("admin"))
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_visit")
    assert client.post(f"{client.site}/desks/tax-1/calls", json={}, headers=client.as_("admin")).status_code == 409


def test_taps_at_the_same_moment_give_one_number_for_a_key_and_never_one_twice(client: Client) -> None:
    def tap(key: str) -> int:
        headers = client.as_("kiosk") | {"Idempotency-Key": key}
        number: int = client.post(f"{client.site}/visits", json=TAX | {"anyway": False}, headers=headers).json()[
            "number"
        ]
        return number

    keys = [f"tap-of-person-{n}" for n in range(12)] * 3
    with ThreadPoolExecutor(12) as hands:
        numbers = list(hands.map(tap, keys))
    assert numbers[:12] == numbers[12:24] == numbers[24:]
    assert sorted(set(numbers)) == list(range(101, 113))


def test_the_number_stays_the_same_through_every_authority(client: Client) -> None:
    made = act(client, "/visits", WALK_IN | {"services": ["cs.cpr", "ihnd.career"]})
    act(client, "/desks/cs-1/openings")
    act(client, "/desks/tax-1/openings")
    act(client, "/desks/career-1/openings")
    heard = {act(client, "/desks/cs-1/calls")["call"]["number"]}
    act(client, "/desks/cs-1/starts")
    act(client, "/desks/cs-1/finishes", {"add": ["cs.tax"]})
    for desk in ("tax-1", "career-1"):
        heard.add(act(client, f"/desks/{desk}/calls", {"visit": made["id"]})["call"]["number"])
        heard.add(see(client, "/board")["now"][0]["number"])
        act(client, f"/desks/{desk}/starts")
        act(client, f"/desks/{desk}/finishes")
    assert heard == {made["number"]} == {client.get(f"/api/v1/tickets/{made['token']}").json()["number"]}


def test_a_database_error_never_looks_like_an_empty_board(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(client, "/desks/tax-1/openings")
    made = act(client, "/visits", TAX)
    act(client, "/desks/tax-1/calls")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database any more " * 1000)
    store = client.app.state.store  # the application behind the client
    monkeypatch.setattr(store, "_reader", make_engine(f"sqlite:///{broken}", write=False))
    numbers = [c["number"] for c in client.get(f"{client.site}/board").json()["now"]]
    assert numbers == [made["number"]], "what is known stays on the wall"
    store._known.clear()  # as in a process that has only just begun
    for path in ("/board", "/floor", "/desks/tax-1"):
        answer = client.get(client.site + path, headers=client.as_("admin"))
        assert (answer.status_code, answer.json()["code"]) == (503, "store_down")
        assert answer.headers["Retry-After"] == "1" and "seq" not in answer.json()


def test_every_call_of_a_burst_is_told_with_an_id_of_its_own_and_a_recall_is_another(client: Client) -> None:
    desks = ("cs-1", "cs-2", "cs-3", "cs-4")
    for desk in desks:
        act(client, f"/desks/{desk}/openings")
        act(client, "/visits", WALK_IN)
    with client.websocket_connect("/live/sites/aalborg/board") as socket:
        seq = socket.receive_json()["seq"]
        made = [act(client, f"/desks/{desk}/calls")["call"] for desk in desks]
        made.append(act(client, "/desks/cs-1/recalls")["call"])
        heard: dict[str, bool] = {}  # a call is told again with each screen of its minute; its id is played once
        while len(heard) < len(made):
            heard |= {c["id"]: c["again"] for c in socket.receive_json().get("calls", [])}
    ids = [c["id"] for c in made]
    assert len(set(ids)) == 5 and [c["again"] for c in made] == [False] * 4 + [True]
    assert heard == {c["id"]: c["again"] for c in made} and list(heard) == ids
    with client.websocket_connect(f"/live/sites/aalborg/board?after={seq}") as socket:
        assert [c["id"] for c in socket.receive_json()["calls"]] == ids


def _places(client: Client, visits: list[dict[str, Any]]) -> dict[int, int]:
    """Number -> how many go first, as each phone says, of those who still wait."""
    found = {}
    for visit in visits:
        ticket = client.get(f"/api/v1/tickets/{visit['token']}").json()
        if ticket["phase"] == "waiting":
            found[ticket["number"]] = ticket["next"]["ahead"]
    return found


def test_a_place_is_read_from_the_clerks_line_and_moves_up_only_for_priority(client: Client, clock: Clock) -> None:
    act(client, "/desks/tax-1/openings")
    visits = [act(client, "/visits", TAX) for _ in range(5)]
    before = _places(client, visits)
    for _ in range(3):
        line = [e["number"] for e in see(client, "/desks/tax-1")["line"]]
        assert before == {number: place for place, number in enumerate(line) if number in before}
        served(client)
        clock.forward(minutes=9)
        visits.append(act(client, "/visits", TAX))
        after = _places(client, visits)
        assert all(after[n] <= before[n] for n in after.keys() & before.keys())
        before = after
    last = max(before)
    act(client, f"/visits/{visits[-1]['id']}/priority", {"on": True})
    after = _places(client, visits)
    assert after[last] < before[last]
    why = {e["number"]: e["why"] for e in see(client, "/desks/tax-1")["line"]}
    assert why[last] == "priority", "who is overtaken can be told why"


def test_the_wait_counts_from_the_first_arrival_and_the_first_call(client: Client, clock: Clock) -> None:
    for desk in ("cs-1", "tax-1"):
        act(client, f"/desks/{desk}/openings")
    made = act(client, "/visits", WALK_IN)
    clock.forward(minutes=20)
    act(client, "/desks/cs-1/calls")
    first = see(client, f"/visits/{made['id']}")["stops"][0]["called_at"]
    act(client, "/desks/cs-1/requeues")
    clock.forward(minutes=10)
    act(client, "/desks/cs-1/calls")
    act(client, "/desks/cs-1/recalls")
    assert see(client, f"/visits/{made['id']}")["stops"][0]["called_at"] == first
    act(client, "/desks/cs-1/starts")
    sent = act(client, "/desks/cs-1/sends", {"to_service": "cs.tax"})
    assert (sent["arrived_at"], sent["number"]) == (made["arrived_at"], made["number"])
    newer = act(client, "/visits", TAX)
    line = see(client, "/desks/tax-1")["line"]
    assert [e["number"] for e in line] == [made["number"], newer["number"]]
    assert line[0]["since"] == made["arrived_at"]


def test_priority_takes_at_most_every_third_call_and_nobody_starves(client: Client, clock: Clock) -> None:
    act(client, "/desks/tax-1/openings")
    ordinary = [act(client, "/visits", TAX)["number"] for _ in range(6)]
    why: list[str] = []
    called: list[int] = []
    for _ in range(12):
        act(client, "/visits", TAX | {"priority": True})
        found = served(client)
        why.append(found["why"])
        called.append(found["call"]["number"])
        clock.forward(minutes=8)
    assert "priority" in why
    assert all(why[n : n + 3].count("priority") <= 1 for n in range(len(why)))
    assert set(ordinary) <= set(called), "a stream of priority parties keeps nobody out"
    assert [n for n in called if n in ordinary] == ordinary


def test_who_steps_out_twice_does_not_step_out_again_and_is_not_called_meanwhile(client: Client) -> None:
    act(client, "/desks/tax-1/openings")
    away, others = act(client, "/visits", TAX), [act(client, "/visits", TAX)["number"] for _ in range(2)]
    link = f"/api/v1/tickets/{away['token']}"
    for number in others:
        assert client.post(f"{link}/step-outs", json={"minutes": 10}).status_code == 200
        assert served(client)["call"]["number"] == number, "who is away is behind whoever is called meanwhile"
        assert client.post(f"{link}/returns", json={}).status_code == 200
    answer = client.post(f"{link}/step-outs", json={"minutes": 10})
    assert (answer.status_code, answer.json()["code"]) == (409, "step_outs_used")
    assert served(client)["call"]["number"] == away["number"]


def test_what_people_write_is_text_wherever_it_is_shown(client: Client) -> None:
    act(client, "/desks/tax-1/openings")
    made = act(client, "/visits", TAX)
    act(client, "/desks/tax-1/calls")
    act(client, f"/visits/{made['id']}/notes", {"text": SCRIPT})
    act(client, "/services/ihnd.career/pauses", {"notice": SCRIPT})
    form = {"notice": SCRIPT, "service": "cs.cpr", "minutes": "20"}
    client.post("/sites/aalborg/floor/pauses", data=form, headers=client.as_("admin"))
    title = {"da": SCRIPT, "en": SCRIPT}
    event = {"code": "pain", "day": "2026-11-25", "starts": "17:00", "ends": "18:00", "place": SCRIPT, "capacity": 5}
    act(client, "/programme", event | {"title": title})
    seen: dict[str, str] = {}
    for address in _addresses(client, made):
        asked = {"said": SCRIPT, "find": SCRIPT, "to": SCRIPT, "name": SCRIPT, "lang": SCRIPT}
        answer = client.get(address, params=asked, headers=client.as_("admin") | {"Accept": "text/html"})
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "<script>alert(" not in answer.text, address
            seen[address] = answer.text
    for path in ("floor", "programme"):
        assert "&lt;script&gt;alert(" in seen[f"/sites/aalborg/{path}"], "the control: it is shown"


@pytest.mark.parametrize("hours", [9, 14, 24 * 3 + 2])
def test_outside_the_hours_the_server_gives_no_number_whichever_way_one_asks(
    client: Client, clock: Clock, hours: int
) -> None:
    clock.forward(hours=hours)  # in the evening, at night, on a Saturday
    for role in ("kiosk", "floorwalker", "admin"):
        answer = client.post(f"{client.site}/visits", json=TAX, headers=client.as_(role))
        assert (answer.status_code, answer.json()["code"]) == (409, "house_closed"), role
    for path, role in (("kiosk/arrivals", "kiosk"), ("floor/visits", "floorwalker")):
        form = {"adults": "1", "service": "cs.tax", "key": f"a-form-of-the-{role}"}
        assert client.post(f"/sites/aalborg/{path}", data=form, headers=client.as_(role)).status_code == 409
    assert see(client, "/floor")["visits"] == []


def _told(client: Client, mine: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Everything that one citizen and the wall are told."""
    for address in _addresses(client, mine):
        yield address, client.get(address, headers=client.as_("display")).text
    for address in ("/live/sites/aalborg/board?after=0", f"/live/tickets/{mine['token']}"):
        with client.websocket_connect(address) as socket:
            yield address, socket.receive_text()


def test_nobodys_answer_holds_the_link_of_another_party(client: Client) -> None:
    act(client, "/desks/tax-1/openings")
    mine, first, other = (act(client, "/visits", TAX) for _ in range(3))
    act(client, "/desks/tax-1/calls", {"visit": first["id"]})
    seen = dict(_told(client, mine))
    assert mine["token"] in seen[f"/t/{mine['token']}"], "the control: one's own link is on one's own page"
    for address, text in seen.items():
        for party in (first, other):
            assert party["token"] not in text, address
        assert other["id"] not in text, address
        if "ticket" in address or address.startswith("/t/"):
            assert first["id"] not in text, address
    assert client.get(f"{client.site}/visits/{other['id']}").status_code == 401, "an id opens nothing"


def test_a_booking_that_is_taken_by_many_at_once_has_one_owner(client: Client) -> None:
    rows = "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status\r\nP1;25-11-2026;09:10;EU-opholdsdokument;1;Booket\r\n"
    headers = client.as_("admin") | {"Content-Type": "text/csv"}
    assert client.post(f"{client.site}/bookings", content=rows.encode(), headers=headers).json()["imported"] == 1
    body = {"arrival": "booked", "booking_ref": "P1", "members": [{"kind": "adult"}]}

    def come(n: int) -> tuple[int, str]:
        key = client.as_("kiosk") | {"Idempotency-Key": f"check-in-{n}"}
        answer = client.post(f"{client.site}/visits", json=body, headers=key)
        return answer.status_code, answer.json().get("code", "")

    with ThreadPoolExecutor(8) as hands:
        found = sorted(hands.map(come, range(8)))
    assert found == [(201, "")] + [(409, "already_checked_in")] * 7
    assert len(see(client, "/floor")["visits"]) == 1


def test_a_certain_party_is_called_and_everybody_sees_by_whom_and_where(client: Client) -> None:
    for desk in ("cs-1", "cs-2"):
        act(client, f"/desks/{desk}/openings")
    first, wanted = (act(client, "/visits", WALK_IN) for _ in range(2))
    made = act(client, "/desks/cs-2/calls", {"visit": wanted["id"]})
    assert (made["call"]["number"], made["why"]) == (wanted["number"], "asked_for")
    mine = client.get(f"/api/v1/tickets/{wanted['token']}").json()["next"]
    assert (mine["desk"], mine["call"]) == ("cs-2", made["call"]["id"]) and mine["place"]["en"] and mine["desk_label"]
    colleague = next(c for c in see(client, "/desks/cs-1")["colleagues"] if c["desk"] == "cs-2")
    assert (colleague["number"], colleague["at_desk"]) == (wanted["number"], "called")
    assert [(c["number"], c["desk"]) for c in see(client, "/board")["now"]] == [(wanted["number"], "cs-2")]
    assert [e["number"] for e in see(client, "/desks/cs-1")["line"]] == [first["number"]]
    assert mine["place"]["en"] in client.get(f"/t/{wanted['token']}").text
