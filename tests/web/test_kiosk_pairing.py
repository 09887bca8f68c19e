"""A kiosk is paired by the code on its page, as a wall is: then it hands out numbers, and is heard of until it is let go."""

import re
from typing import Any

from app.live.devices import CODE_LENGTH, LETTERS
from tests.builders import Clock
from tests.conftest import Client

KIOSK, BROWSER = "/sites/aalborg/kiosk", {"Accept": "text/html"}
FORM = {"service": "ihnd.reception", "adults": "1", "children": "0", "language": "en"}


class Screen:
    """A browser that stands in the hall and has nobody signed in."""

    def __init__(self, client: Client) -> None:
        self.client = client
        given = client.get(KIOSK, headers=BROWSER)
        self.cookie = given.headers["set-cookie"].split(";")[0]
        assert "HttpOnly" in given.headers["set-cookie"]
        assert "SameSite=strict" in given.headers["set-cookie"]

    @property
    def headers(self) -> dict[str, str]:
        """What it sends with each request."""
        return BROWSER | {"Cookie": self.cookie}

    def open(self, path: str = KIOSK) -> Any:
        """A page as it sees it."""
        return self.client.get(path, headers=self.headers, follow_redirects=False)

    @property
    def code(self) -> str:
        """The letters on it."""
        found = re.search(r'id="code"[^>]*>([A-Z]+)<', self.open().text)
        assert found, "the page shows a code"
        return found[1]


def pair(client: Client, code: str, name: str = "By the door") -> Any:
    return client.post(f"{client.site}/devices", json={"code": code, "name": name}, headers=client.as_("manager"))


def devices(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{client.site}/devices", headers=client.as_("manager")).json()
    return found


def test_a_kiosk_shows_a_code_and_hands_out_numbers_once_a_manager_has_typed_it(client: Client) -> None:
    screen = Screen(client)
    code = screen.code
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(LETTERS)
    assert screen.code == code, "it stays while the page asks again"
    assert screen.open().status_code == 401
    answer = pair(client, code.lower())
    assert (answer.status_code, answer.json()["kind"]) == (201, "kiosk")
    assert 'id="home"' in screen.open().text
    given = client.post(f"{KIOSK}/arrivals", data=FORM | {"key": "kiosk-pairing-1"}, headers=screen.headers)
    assert given.status_code == 200
    assert ">101<" in given.text


def test_a_manager_pairs_a_kiosk_on_the_page_of_devices_without_scripts(client: Client) -> None:
    screen, manager = Screen(client), client.as_("manager") | BROWSER
    page = client.post("/sites/aalborg/devices", data={"code": screen.code, "name": "By the door"}, headers=manager)
    assert "By the door" in page.text
    assert "Kiosk" in page.text
    assert "sound" not in page.text.partition("By the door")[2], "a kiosk has no sound to be told of"


def test_a_kiosk_that_is_not_paired_gives_no_number_and_leads_back_to_its_code(client: Client) -> None:
    screen = Screen(client)
    sent = client.post(
        f"{KIOSK}/arrivals", data=FORM | {"key": "kiosk-pairing-2"}, headers=screen.headers, follow_redirects=False
    )
    assert (sent.status_code, sent.headers["location"]) == (303, KIOSK)
    assert client.get(f"{client.site}/visits", headers=client.as_("manager")).json() == []
    assert client.get(KIOSK).status_code == 401, "a program is told, in no page"
    assert "set-cookie" not in client.get(KIOSK).headers


def test_what_a_kiosk_holds_opens_the_kiosk_of_its_house_and_nothing_else(client: Client) -> None:
    screen = Screen(client)
    pair(client, screen.code)
    for path in (
        "/sites/aalborg/floor",
        "/sites/aalborg/desks/cs-1",
        "/sites/aalborg/devices",
        f"{client.site}/visits",
    ):
        assert client.get(path, headers={"Cookie": screen.cookie}).status_code == 403, path
    assert client.get("/sites/elsewhere/kiosk", headers={"Cookie": screen.cookie}).status_code == 401
    display = client.get("/display/aalborg").headers["set-cookie"].split(";")[0].partition("=")[2]
    as_kiosk = {"Cookie": f"__Host-samedag-kiosk={display}"}
    assert client.get(KIOSK, headers=as_kiosk).status_code == 401, "a wall's token is no kiosk's"


def test_a_kiosk_that_is_let_go_is_out_at_once_and_gets_another_code(client: Client) -> None:
    screen = Screen(client)
    code = screen.code
    made = pair(client, code).json()
    assert screen.open().status_code == 200
    client.delete(f"{client.site}/devices/{made['id']}", headers=client.as_("manager"))
    assert client.get(KIOSK, headers={"Cookie": screen.cookie}).status_code == 401
    left = screen.open()
    assert left.status_code == 401
    assert screen.cookie not in left.headers["set-cookie"]
    screen.cookie = left.headers["set-cookie"].split(";")[0]
    assert screen.code != code


def test_staff_are_told_when_a_kiosk_is_heard_of_no_more(client: Client, clock: Clock) -> None:
    screen = Screen(client)
    pair(client, screen.code)
    clock.forward(seconds=25)
    assert devices(client)[0]["trouble"] is None
    client.get(f"{KIOSK}?fragment=1", headers={"Cookie": screen.cookie})
    clock.forward(seconds=25)
    assert devices(client)[0]["trouble"] is None
    clock.forward(seconds=25)
    assert devices(client)[0]["trouble"] == "silent"


def test_staff_who_are_signed_in_see_the_kiosk_without_pairing_it(client: Client) -> None:
    for role in ("floorwalker", "manager", "kiosk"):
        assert 'id="home"' in client.get(KIOSK, headers=client.as_(role) | BROWSER).text
    assert client.get(KIOSK, headers=client.as_("clerk:cs-1") | BROWSER).status_code == 403
    assert devices(client) == []
