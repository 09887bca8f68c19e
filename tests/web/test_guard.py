"""Other sites' pages can neither write nor listen with our cookies."""

import pytest
from starlette.websockets import WebSocketDisconnect

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
