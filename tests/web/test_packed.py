"""Scripts and styles leave packed and are kept; a ticket's page is packed; what a cookie opens is not."""

from tests.conftest import Client

GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}


def test_a_script_is_packed_and_kept_for_good_under_the_address_of_its_version(client: Client) -> None:
    answer = client.get("/assets/live.js?v=1", headers=GZIP)
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.text == client.get("/assets/live.js", headers=PLAIN).text


def test_without_its_version_a_file_is_asked_about_each_time_and_not_sent_twice(client: Client) -> None:
    first = client.get("/assets/base.css", headers=GZIP)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/assets/base.css", headers={**GZIP, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_who_cannot_unpack_is_sent_the_plain_file(client: Client) -> None:
    assert "content-encoding" not in client.get("/assets/base.css?v=1", headers=PLAIN).headers


def test_a_ticket_is_packed_and_a_page_behind_a_cookie_is_not(client: Client) -> None:
    body = {"arrival": "walk_in", "members": [{"kind": "adult"}]}
    made = client.post(f"{client.site}/visits", json=body, headers=client.as_("floorwalker")).json()
    assert client.get(f"/t/{made['token']}", headers=GZIP).headers["content-encoding"] == "gzip"
    kiosk = client.get("/sites/aalborg/kiosk", headers=GZIP | client.as_("kiosk"))
    assert (kiosk.status_code, "content-encoding" in kiosk.headers) == (200, False)


def test_a_file_that_is_not_there_is_not_kept_for_good(client: Client) -> None:
    assert client.get("/assets/nothing.js?v=1").headers.get("cache-control") == "no-store"
