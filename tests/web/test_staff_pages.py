"""Pages of staff without scripts: forms, redirects, and a refusal said on the page."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.actions.planning import Looked
from app.domain.journey import Alternative, Journey, NotToday, Step
from app.web import answers, forms, visit_pages
from tests.commands import WALK_IN
from tests.conftest import Client

FLOOR = "/sites/aalborg/floor"


def page(client: Client, path: str, role: str = "floorwalker") -> str:
    answer = client.get(path, headers=client.as_(role) | {"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def act(client: Client, path: str, role: str = "floorwalker", **fields: str) -> str:
    """What is shown after a form was sent, redirects followed."""
    return client.post(path, data=fields, headers=client.as_(role) | {"Accept": "text/html"}).text


def arrived(client: Client, **fields: str) -> str:
    """The address of a new visit's page."""
    fields = {"adults": "1", "language": "en"} | fields
    answer = client.post(f"{FLOOR}/visits", data=fields, headers=client.as_("floorwalker"), follow_redirects=False)
    return answer.headers["location"]


def test_a_new_arrival_takes_two_taps(client: Client) -> None:
    assert f'href="{FLOOR}/arrivals/new"' in page(client, FLOOR)
    assert "2 adults, 1 child" in page(client, f"{FLOOR}/arrivals/new")
    assert ">101<" in act(client, f"{FLOOR}/visits", adults="2", children="1", language="en")


def test_a_number_is_found_or_it_is_said_that_nobody_has_it(client: Client) -> None:
    where = arrived(client)
    found = client.get(f"{FLOOR}?find=101", headers=client.as_("floorwalker"), follow_redirects=False)
    assert found.headers["location"] == where
    assert "Nobody has number 555 today." in page(client, f"{FLOOR}?find=555")


def test_each_answer_is_one_tap_and_the_last_one_says_who_it_is(client: Client) -> None:
    where = arrived(client)
    asked = page(client, f"{where}/who")
    assert "What brings you here?" in asked
    assert "How long will you stay" in page(client, f"{where}/who?purpose=work")
    answers = "purpose=work&stay=long&citizenship=eu&municipality=covered"
    last = page(client, f"{where}/who?{answers}")
    assert 'name="pathway" value="eu_worker"' in last
    assert f'href="{where}/who?purpose=work&amp;stay=long&amp;citizenship=eu"' in last, "one question back"
    assert "EU" in act(client, f"{where}/pathway", pathway="eu_worker")


def test_who_lives_elsewhere_is_told_in_words_one_can_say_aloud(client: Client) -> None:
    where = arrived(client)
    said = page(client, f"{where}/who?purpose=work&stay=long&citizenship=nordic&municipality=elsewhere")
    assert "Say this" in said
    assert "No stop comes with this." in said


def test_answers_that_the_house_does_not_know_are_left_out(client: Client) -> None:
    assert "What brings you here?" in page(client, f"{arrived(client)}/who?purpose=%3Cscript%3E&x=y")


def test_hard_papers_come_first_and_a_missing_one_blocks_the_stop_in_plain_words(client: Client) -> None:
    where = arrived(client)
    act(client, f"{where}/receptions")
    act(client, f"{where}/pathway", pathway="nordic")
    shown = page(client, where)
    must = [m.start() for m in re.finditer("must be here", shown)]
    may = [m.start() for m in re.finditer("good to have", shown)]
    assert must and may and max(must) < min(may)
    for desk in ("cs-1", "tax-1"):
        client.post(f"/sites/aalborg/desks/{desk}/openings", headers=client.as_("floorwalker"))
    act(client, f"{where}/papers", **{"paper-identity": "missing"})
    client.post(f"{where}/journey", data={"service": ["cs.cpr", "cs.tax"]}, headers=client.as_("floorwalker"))
    planned = page(client, where)
    assert "Not today" in planned
    assert "CPR must wait: Passport or national identity card is missing." in planned


def test_a_wrong_tap_at_the_reception_is_taken_back(client: Client) -> None:
    where = arrived(client)
    assert "Undo: received" in act(client, f"{where}/receptions")
    assert "Undo: received" not in act(client, f"{FLOOR}/undos", desk="ihnd-1")
    assert "Receive<" in page(client, where)
    assert "no desk Citizen Services 1" in act(client, f"{FLOOR}/undos", desk="cs-1")


def test_a_service_that_is_down_is_said_with_its_end_and_a_notice(client: Client) -> None:
    act(client, f"{FLOOR}/pauses", service="cs.mitid", minutes="30", notice="MitID is down. We call you when it works.")
    shown = page(client, FLOOR)
    assert "back about 09:30" in shown
    assert "MitID is down. We call you when it works." in shown
    act(client, f"{FLOOR}/resumptions", service="cs.mitid")
    assert "back about" not in page(client, FLOOR)


def test_the_slip_speaks_the_party_s_language(client: Client) -> None:
    where = arrived(client, language="da")
    assert '<html lang="da"' in page(client, f"{where}/ticket")


def test_a_desk_finishes_with_an_outcome_for_each_member(client: Client) -> None:
    desk = "/sites/aalborg/desks/siri-1"
    body = {"arrival": "referred", "services": ["cs.cpr"], "members": [{"kind": "adult"}, {"kind": "child"}]}
    client.post(f"{client.site}/bookings", content=_LIST, headers=client.as_("admin") | {"Content-Type": "text/csv"})
    body = {"arrival": "booked", "booking_ref": "N2", "members": [{"kind": "adult"}, {"kind": "child", "age": 4}]}
    visit = client.post(f"{client.site}/visits", json=body, headers=client.as_("admin")).json()
    for what in ("openings", "calls", "starts"):
        act(client, f"{desk}/{what}", "clerk:siri-1")
    shown = page(client, desk, "clerk:siri-1")
    assert "Person 2 <small>child, 4</small>" in shown
    act(client, f"{desk}/finishes", "clerk:siri-1", **{"outcome": "issued", "outcome-m1": "", "outcome-m2": "pending"})
    found = client.get(f"{client.site}/visits/{visit['id']}", headers=client.as_("admin")).json()
    assert found["stops"][0]["outcomes"] == {"m1": "issued", "m2": "pending"}


_LIST = (
    "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status;Bemærkning\r\nN2;25-11-2026;09:30;EU-familiemedlem;2;Booket;\r\n"
)


def test_a_page_refuses_in_the_words_of_the_house_and_without_its_codes(client: Client) -> None:
    desk, danish = "/sites/aalborg/desks/siri-1", {"Accept": "text/html", "Accept-Language": "da"}
    client.post(f"{client.site}/bookings", content=_LIST, headers=client.as_("admin") | {"Content-Type": "text/csv"})
    body = {"arrival": "booked", "booking_ref": "N2", "members": [{"kind": "adult"}, {"kind": "adult"}]}
    visit = client.post(f"{client.site}/visits", json=body, headers=client.as_("admin")).json()["id"]
    for what in ("openings", "calls", "starts"):
        act(client, f"{desk}/{what}", "clerk:siri-1")
    clerk, floorwalker = (client.as_(role) | danish for role in ("clerk:siri-1", "floorwalker"))
    said = client.post(f"{desk}/finishes", data={}, headers=clerk).text
    assert "<p>Angiv udfaldet for hver person: Udstedt, Afventer, Afslag.</p>" in said
    live = client.post(f"{desk}/finishes", data={}, headers=clerk | {"X-Live": "1"}).json()
    assert live["detail"].endswith("Udstedt, Afventer, Afslag.") and live["known"] == "issued, pending, refused"
    said = client.post(f"{FLOOR}/visits/{visit}/step-outs", data={"minutes": "15"}, headers=floorwalker).text
    assert "<p>Dette besøg er ved skranke SIRI 1 nu.</p>" in said
    api = client.post(f"{client.site}/visits/{visit}/step-outs", json={"minutes": 15}, headers=client.as_("admin"))
    assert api.json()["detail"] == "This party is at desk siri-1 now.", "programs know desks by their code"


def test_an_act_from_a_page_asks_the_store_for_its_work_alone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among several processes each look at what is known asks the database; the house comes with the refusal."""
    whole, desk = answers.store_of, "/sites/aalborg/desks/cs-1"
    monkeypatch.setattr(forms, "store_of", lambda request: SimpleNamespace(run=whole(request).run))
    live = client.as_("clerk:cs-1") | {"X-Live": "1"}
    assert client.post(f"{desk}/openings", headers=live).status_code == 204
    assert client.post(f"{desk}/calls", headers=live).json()["code"] == "line_empty"


def test_papers_are_ticked_for_the_party_in_hand_and_for_nobody_else(client: Client) -> None:
    desk, where = "/sites/aalborg/desks/cs-1", arrived(client, service="cs.cpr", pathway="nordic")
    for what in ("openings", "calls"):
        act(client, f"{desk}/{what}", "clerk:cs-1")
    visit = where.rpartition("/")[2]
    act(client, f"{desk}/papers", "clerk:cs-1", **{"visit": visit, "paper-identity": "seen"})
    found = client.get(f"{client.site}/visits/{visit}", headers=client.as_("admin")).json()
    assert 'aria-pressed="true"' in page(client, desk, "clerk:cs-1")
    assert found["number"] == 101
    assert "nobody in hand" in act(
        client, f"{desk}/papers", "clerk:cs-1", **{"visit": "other", "paper-identity": "seen"}
    )


def test_a_get_never_calls(client: Client) -> None:
    arrived(client, service="cs.tax")
    act(client, "/sites/aalborg/desks/tax-1/openings")
    assert client.get("/sites/aalborg/desks/tax-1/calls", headers=client.as_("floorwalker")).status_code == 405
    assert client.get(f"{client.site}/board").json()["now"] == []


def test_locking_ends_the_session_and_the_way_in_leads_back(client: Client) -> None:
    headers = client.as_("clerk:cs-1")
    answer = client.post("/lock", data={"to": "/sites/aalborg/desks/cs-1"}, headers=headers, follow_redirects=False)
    assert answer.headers["location"] == "/?to=%2Fsites%2Faalborg%2Fdesks%2Fcs-1&name=clerk%3Acs-1"
    assert client.get("/sites/aalborg/desks/cs-1", headers=headers).status_code == 401
    asked = client.get(answer.headers["location"], headers={"Accept": "text/html"}).text
    assert 'value="/sites/aalborg/desks/cs-1"' in asked


def test_figures_of_one_to_four_are_kept_back(client: Client) -> None:
    assert "under 5" not in re.sub(
        r'"under 5"|&#34;under 5&#34;', "", page(client, "/sites/aalborg/manager", "manager")
    )
    arrived(client)
    read = client.get(f"{client.site}/manager", headers=client.as_("manager")).json()
    assert (read["arrived"], read["finished"]) == (None, 0)
    for _ in range(4):
        arrived(client)
    assert client.get(f"{client.site}/manager", headers=client.as_("manager")).json()["arrived"] == 5


def kept(client: Client) -> str:
    """What the house's page says of the windows told today."""
    return page(client, "/sites/aalborg/manager", "manager").split('id="kept"')[1].split("</table>")[0]


def test_how_windows_were_kept_is_shown_from_five_parties_on(client: Client) -> None:
    assert "too few to show" not in kept(client), "nobody was told anything: nothing is held back"
    headers = client.as_("admin")
    client.post(f"{client.site}/desks/tax-1/openings", json={}, headers=headers)
    walk_in = {"arrival": "walk_in", "services": ["cs.tax"], "members": [{"kind": "adult"}]}
    for told in (None, None, None, None, 5):
        visit = client.post(f"{client.site}/visits", json=walk_in, headers=headers).json()["id"]
        client.post(f"{client.site}/visits/{visit}/journey", json={}, headers=headers)
        for act in ("calls", "starts", "finishes"):
            assert client.post(f"{client.site}/desks/tax-1/{act}", json={}, headers=headers).status_code < 300
        read = client.get(f"{client.site}/manager", headers=client.as_("manager")).json()["promises"]
        assert [p["told"] for p in read] == [told, told]
        assert told == 5 or "too few to show" in kept(client)
    assert (read[0]["kept"], read[0]["moves"]) == (5, 0.0)
    assert "Windows kept today" in page(client, "/sites/aalborg/manager", "manager")


def test_a_wrong_password_keeps_the_name_and_the_way_back(client: Client) -> None:
    tried = {"name": "kirsten", "password": "wrong", "site": "aalborg", "to": f"{FLOOR}"}
    shown = client.post("/sign-in", data=tried).text
    assert 'name="name" value="kirsten"' in shown
    assert f'name="to" value="{FLOOR}"' in shown
    assert "wrong" not in shown.partition("<form")[2]


def languages(client: Client, path: str, role: str = "floorwalker") -> tuple[str, set[str]]:
    """The language of a page for somebody whose browser asks for Arabic, and those that it offers."""
    asked = client.as_(role) | {"Accept": "text/html", "Accept-Language": "ar"}
    shown = client.get(path, headers=asked).text
    return re.findall(r'<html lang="(..)"', shown)[0], set(re.findall(r'\?lang=(..)"', shown))


def test_staff_are_offered_the_languages_in_which_their_pages_say_everything(client: Client) -> None:
    where = arrived(client)
    for path in (
        FLOOR,
        where,
        f"{where}/who",
        "/sites/aalborg/told",
        "/sites/aalborg/devices",
        "/sites/aalborg/directory",
    ):
        assert languages(client, path) == ("en", {"da", "en"}), path
    assert languages(client, "/sites/aalborg/desks/cs-1", "clerk:cs-1") == ("en", {"da", "en"})
    assert languages(client, "/sites/aalborg/manager", "manager") == ("en", {"da", "en"})
    everything = {"da", "en", "uk", "pl", "ro", "de", "lt", "es", "ar"}
    for path in ("/sites/aalborg/kiosk", "/sites/aalborg/programme"):
        assert languages(client, path) == ("ar", everything), path
    with_lang = client.get(
        f"{FLOOR}?lang=ar&find=555", headers=client.as_("floorwalker") | {"Accept": "text/html"}
    ).text
    assert "Nobody has number 555 today." in with_lang, "what is answered on the page is in its language too"


def test_the_floor_is_pushed_to_staff_in_a_language_that_is_complete(client: Client) -> None:
    asked = client.as_("floorwalker") | {"Accept-Language": "ar"}
    with client.websocket_connect("/live/sites/aalborg/floor?as=html&lang=ar", headers=asked) as socket:
        assert "Nobody waits for you." in socket.receive_json()["html"]


def test_one_act_on_the_way_on_has_the_filled_button(client: Client) -> None:
    where = arrived(client)
    act(client, f"{where}/pathway", pathway="spouse")
    filled = re.findall(r'class="[^"]*\bprimary\b', page(client, f"{where}/referrals"))
    assert len(filled) == 1
    host = {"to": "host"}
    act(client, f"{where}/referrals/questions", **host)
    assert len(re.findall(r'class="[^"]*\bprimary\b', page(client, f"{where}/referrals"))) == 1


def test_a_new_link_takes_two_taps_for_it_ends_the_old_one_and_is_not_offered_when_the_visit_is_over(
    client: Client,
) -> None:
    where = arrived(client)
    offer = re.search(r'<details id="lost-.*?</details>', page(client, where), re.DOTALL)
    assert offer and f'action="{where}/links"' in offer[0] and "ends the old one at once" in offer[0]
    assert page(client, where).count("/links") == 1, "nowhere else"
    act(client, f"{where}/departures")
    assert "/links" not in page(client, where)


def test_when_a_party_comes_back_is_said_on_its_page(client: Client) -> None:
    headers = client.as_("floorwalker")
    visit = client.post(f"{client.site}/visits", json=WALK_IN, headers=headers).json()["id"]
    assert "comes back" not in page(client, f"{FLOOR}/visits/{visit}")
    client.post(f"{client.site}/visits/{visit}/come-backs", json={"why": "paper_missing"}, headers=headers)
    shown = re.sub(r"<[^>]+>", "", page(client, f"{FLOOR}/visits/{visit}"))
    assert "This party comes back on Thursday, 26 November 2026 and goes before others that day." in shown


def test_who_is_at_their_last_desk_has_an_end_and_nothing_to_plan(client: Client) -> None:
    headers, body = client.as_("floorwalker"), WALK_IN | {"services": ["cs.tax"]}
    visit = client.post(f"{client.site}/visits", json=body, headers=headers).json()["id"]
    for what in ("openings", "calls", "starts"):
        client.post(f"/sites/aalborg/desks/tax-1/{what}", headers=headers)
    shown = page(client, f"{FLOOR}/visits/{visit}")
    assert "What they are at now is the last for today." in shown
    assert "Finished between" in shown
    assert "If you plan this now" not in shown


@pytest.mark.parametrize(
    ("role", "asked", "ways"),
    [
        ("clerk:cs-1", "/sites/aalborg/floor", {"desks/cs-1": "Citizen Services 1"}),
        ("floorwalker", "/sites/aalborg/manager", {"floor": "Floor"}),
        ("manager", "/sites/aalborg/desks/cs-1", {"manager": "Figures", "floor": "Floor"}),
        ("admin", "/sites/elsewhere/floor", {"floor": "Floor"}),
        ("kiosk", "/sites/aalborg/floor", {}),
    ],
)
def test_a_page_of_somebody_else_leads_to_ones_own(client: Client, role: str, asked: str, ways: dict[str, str]) -> None:
    page(client, FLOOR)  # a process that has met no house yet says a desk's code
    answer = client.get(asked, headers=client.as_(role) | {"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 403
    shown = re.findall(r'<a class="button[^"]*" href="/sites/aalborg/([^"]+)">([^<]+)</a>', answer.text)
    assert dict(shown) == ways
    assert ('action="/lock"' in answer.text) is bool(ways)
    for way in ways:
        page(client, f"/sites/aalborg/{way}", role)


@pytest.mark.parametrize(
    ("reached", "said"), [(True, "Without Tax: finished about"), (False, "Only CPR: finished about")]
)
def test_what_leaving_one_out_brings_never_sounds_as_if_it_brought_what_cannot_be_reached(
    client: Client, monkeypatch: pytest.MonkeyPatch, reached: bool, said: str
) -> None:
    where = arrived(client)
    act(client, f"{where}/pathway", pathway="nordic")
    steps = tuple(Step(f"a.{n}", service, None, (FIRST, THEN, FIRST)) for n, service in enumerate(("cs.cpr", "cs.tax")))
    missed = () if reached else (NotToday("ihnd.career", "closes", THEN, FIRST, minutes=30),)
    plan = Journey(steps, None, missed, (Alternative("cs.tax", ("cs.cpr",), FIRST),))

    async def look(*_: object) -> Looked:
        return Looked(("", (), None, frozenset()), plan)

    monkeypatch.setattr(visit_pages, "look", look)
    offered = [
        re.sub(r"<[^>]+>|\s+", " ", a)
        for a in re.findall(r"<button type=\"submit\"><span>.*?</button>", page(client, where))
    ]
    assert said in offered[0]


FIRST, THEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC), datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def test_what_a_plan_would_give_ends_from_its_last_call_on_at_the_earliest(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = arrived(client)
    act(client, f"{where}/pathway", pathway="nordic")
    step = Step("a.1", "cs.tax", None, (FIRST, THEN - timedelta(minutes=5), FIRST))
    plan = Journey((step,), (FIRST - timedelta(minutes=10), THEN, THEN), (), ())

    async def look(*_: object) -> Looked:
        return Looked(("", (), None, frozenset()), plan)

    monkeypatch.setattr(visit_pages, "look", look)
    shown = re.sub(r"<[^>]+>|\s+", " ", page(client, where))
    assert re.search(r"Finished between +10:30 +and +11:00", shown), shown
