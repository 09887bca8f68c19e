"""The API describes itself, to programs and to people, from its own code."""

from tests.conftest import Client

SITE = "/api/v1/sites/{site}"
OPEN = {(SITE + path, "get") for path in ("/board", "/programme", "/programme/{event}")}
"""What hangs on a wall or stands on a public page is anybody's to read."""


def test_every_operation_names_its_roles_its_key_and_its_problems(client: Client) -> None:
    document = client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert "4XX" in operation["responses"], path
            assert operation["description"], path
            if method == "post":
                assert "Idempotency-Key" in [p["name"] for p in operation["parameters"]], path
            if path.startswith("/api/v1/sites/") and (path, method) not in OPEN:
                assert operation["x-roles"], f"{path} declares no roles"


def test_the_page_for_people_needs_nothing_from_anywhere_else(client: Client) -> None:
    text = client.get("/docs").text
    assert "/api/v1/sites/{site}/desks/{desk}/calls" in text
    assert "adult / child" in text
    assert "https://" not in text
