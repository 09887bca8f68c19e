"""Whether the process lives and can serve; a database that is away is said as such, never as a mistake of ours."""

from pathlib import Path
from typing import Any

import pytest

from app.store.engine import make_engine
from tests.conftest import Client


def test_a_process_that_can_serve_says_so(client: Client) -> None:
    assert client.get("/healthz").text == "ok"
    found = client.get("/readyz")
    assert found.status_code == 200
    assert found.json() == {"ready": True, "database": True, "migrations": True, "push": True, "sites": ["aalborg"]}


def test_without_a_database_it_lives_but_cannot_serve_and_says_when_to_try_again(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Beside the file that jobs of the house hold mapped: to write into that one would kill the process.
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database any more " * 1000)
    store = client.app.state.store  # the application behind the client
    monkeypatch.setattr(store, "_reader", make_engine(f"sqlite:///{broken}", write=False))
    assert client.get("/healthz").status_code == 200
    for path in ("/readyz", f"{client.site}/events"):
        answer = client.get(path, headers=client.as_("admin"))
        assert (answer.status_code, answer.json()["code"]) == (503, "store_down")
        assert answer.headers["Retry-After"] == "1"


def test_a_client_that_hangs_up_in_the_middle_of_its_request_is_no_mistake_of_ours(client: Client) -> None:
    headers = [
        (b"authorization", client.as_("admin")["Authorization"].encode()),
        (b"content-type", b"application/json"),
    ]
    path = f"{client.site}/bookings"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    assert client.portal
    client.portal.call(client.app, scope | {"http_version": "1.1", "client": ("127.0.0.1", 1)}, receive, send)
    assert sent[0]["status"] == 400
