"""Other sites' pages can neither write nor listen with our cookies; nobody makes us hold much at once."""

import inspect
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.websockets import WebSocketDisconnect

from app.web import pages
from tests.conftest import Client

SIBLING = {"Origin": "http://evil.testserver", "Sec-Fetch-Site": "same-site"}


def test_a_form_of_a_sibling_origin_changes_nothing(client: Client) -> None:
    answer = client.post(f"{client.site}/desks/cs-1/openings", json={}, headers=client.as_("admin") | SIBLING)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


def test_a_socket_of_a_sibling_origin_is_refused(client: Client) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/live/sites/aalborg/board", headers=SIBLING):
        pass


def test_our_own_form_whose_origin_the_browser_hides_is_taken(client: Client) -> None:
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert (
        client.post("/sign-in", data={"name": "x", "password": "y", "site": "aalborg"}, headers=own).status_code == 401
    )


def test_every_page_forbids_foreign_scripts_and_frames(client: Client) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy


def test_a_body_that_does_not_say_how_long_it_is_is_read_no_further_than_others(client: Client) -> None:
    headers = client.as_("admin") | {"Content-Type": "text/csv"}
    answer = client.post(f"{client.site}/bookings", content=iter([b"x" * 700_000] * 4), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_many_passwords_at_once_are_tried_one_after_another(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    def matches(password: str, hashed: str | None) -> bool:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.05)
        with lock:
            at_once -= 1
        return False

    monkeypatch.setattr(pages, "_matches", matches)
    tried = {"name": "x", "password": "y", "site": "aalborg"}
    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(lambda _: client.post("/sign-in", data=tried).status_code, range(5)))
    assert statuses == [401] * 5
    assert most == 1


def test_no_refusal_waits_for_a_thread(client: Client) -> None:
    handlers = client.app.exception_handlers.values()  # the application behind the client
    assert all(inspect.iscoroutinefunction(handler) for handler in handlers)
