"""The schema of the socket is the code's own, and what really goes over the socket fits it."""

import json
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, ValidationError

from app.live.wire import schema
from tests.conftest import Client
from tests.live.wire_schema import FILE, written


def check(message: Any, side: str) -> None:
    whole: Any = schema()
    Draft202012Validator(whole[side]).validate(message)


def test_the_file_beside_the_display_is_what_the_code_says() -> None:
    assert FILE.read_text(encoding="utf-8") == written(), "run `make wire`"


@pytest.mark.parametrize("what", ["board", "floor", "manager", "desks/cs-1"])
def test_what_a_follower_is_sent_fits_the_schema(client: Client, what: str) -> None:
    client.post(f"{client.site}/desks/cs-1/openings", json={}, headers=client.as_("admin"))
    with client.websocket_connect(f"/live/sites/aalborg/{what}", headers=client.as_("admin")) as socket:
        check(json.loads(socket.receive_text()), "server_to_client")


def test_what_fits_neither_side_is_told_apart() -> None:
    check({"type": "seen", "call": "20261125-101.1.1"}, "client_to_server")
    check({"type": "health", "sound": True, "visible": True, "seq": 7}, "client_to_server")
    check({"type": "device", "name": None, "code": "BKTMW"}, "server_to_client")
    for wrong, side in (
        ({"type": "seen"}, "client_to_server"),
        ({"type": "beat", "seq": "7"}, "server_to_client"),
        ({"type": "screen", "seq": 1}, "server_to_client"),
    ):
        with pytest.raises(ValidationError):
            check(wrong, side)
