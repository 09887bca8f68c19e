"""S5: a link's token, a note and what was typed wrongly show up nowhere but where they belong."""

import logging

import pytest

from tests.conftest import Client

CANARY = "only-in-this-note"
CPR = "010190-1234"


def _lived(client: Client) -> str:
    """A party with a note, called and refused in several ways; its token."""
    body = {"arrival": "walk_in", "services": ["cs.tax"], "members": [{"kind": "adult"}]}
    made = client.post(f"{client.site}/visits", json=body, headers=client.as_("floorwalker")).json()
    visit, token = made["id"], made["token"]
    for path, sent in (
        (f"/visits/{visit}/notes", {"text": CANARY}),
        (f"/visits/{visit}/notes", {"text": f"her number is {CPR}"}),
        (f"/visits/{visit}/papers", {"seen": [CPR]}),
        ("/visits", {"arrival": CPR}),
        ("/desks/tax-1/openings", {}),
        ("/desks/tax-1/calls", {}),
    ):
        client.post(client.site + path, json=sent, headers=client.as_("admin"))
    client.get(f"/t/{token}")
    client.get(f"/t/{token}x", headers={"Accept": "text/html"})
    client.post(f"/t/{token}/step-outs", data={"minutes": CPR})
    with client.websocket_connect(f"/live/tickets/{token}") as socket:
        socket.receive_json()
    return token


def test_no_log_line_holds_a_link_a_note_or_a_cpr_number(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    token = _lived(client)
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore")))
    for secret in (token, CANARY, CPR):
        assert secret not in ours


def test_no_wall_no_log_of_events_and_no_figure_holds_them(client: Client) -> None:
    token = _lived(client)
    admin = client.as_("admin")
    for path in (
        f"{client.site}/board",
        f"{client.site}/events?limit=1000",
        f"{client.site}/manager",
        f"{client.site}/desks/tax-1",
        "/metrics",
        "/openapi.json",
    ):
        text = client.get(path, headers=admin).text
        for secret in (token, CANARY, CPR):
            assert secret not in text, path
    wrong = client.get(f"/t/{token}x", headers={"Accept": "text/html"})
    assert wrong.status_code == 404 and token not in wrong.text
