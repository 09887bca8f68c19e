"""What is kept of a page is never older than what is true, and nobody gets a form's key that somebody else has."""

import re
from collections.abc import Callable

import pytest
from markupsafe import Markup

from app.web.kept_parts import Kept
from tests.builders import Clock
from tests.conftest import Client

DESK, FLOOR = "/sites/aalborg/desks/tax-1", "/sites/aalborg/floor"
KEY = re.compile(r'name="key" value="([^"]*)"')


def shown(client: Client, path: str) -> str:
    """A page as it is given out."""
    answer = client.get(path, headers=client.as_("admin") | {"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def keys(client: Client, path: str) -> list[str]:
    return KEY.findall(shown(client, path))


def do(client: Client, path: str, **body: object) -> dict:
    answer = client.post(client.site + path, json=body, headers=client.as_("admin"))
    assert answer.status_code < 300, answer.text
    found: dict = answer.json()
    return found


def a_morning(client: Client, clock: Clock) -> None:
    """After each act, and as time goes by, every page shows what its fragment shows that is made anew."""
    body = {"arrival": "walk_in", "services": ["cs.tax"], "members": [{"kind": "adult"}]}
    token = do(client, "/visits", **body)["token"]
    phone, acts = f"/t/{token}", ["openings", "calls", "recalls", "starts", "finishes", "undos"]
    steps: list[Callable[[], object]] = [lambda a=act: do(client, f"/desks/tax-1/{a}") for act in acts]
    steps += [lambda: do(client, "/visits", **body), lambda: clock.forward(seconds=40), lambda: clock.forward(hours=1)]
    steps += [lambda: do(client, "/services/cs.cpr/pauses", notice="The system is down")]
    for step in steps:
        for path in (DESK, FLOOR, phone):
            shown(client, path)
        step()
        for path in (DESK, FLOOR, phone):
            page, new = (KEY.sub("", shown(client, path + query)) for query in ("", "?fragment=1"))
            assert new.strip() in page, path


def test_a_page_that_is_asked_for_after_an_act_shows_it(client: Client, clock: Clock) -> None:
    a_morning(client, clock)


def test_were_parts_kept_whatever_happens_a_page_would_show_what_was(
    client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def part(kept: Kept, template: str, shows: object, make: Callable[[], Markup]) -> Markup:
        return kept._parts.setdefault(template, (None, make()))[1]

    monkeypatch.setattr(Kept, "part", part)
    with pytest.raises(AssertionError, match=DESK):
        a_morning(client, clock)


@pytest.mark.parametrize("path", [DESK, FLOOR, "/t/"])
def test_each_form_has_a_key_of_its_own_each_time_that_it_is_shown(client: Client, path: str) -> None:
    do(client, "/desks/tax-1/openings")
    for _ in range(3):
        made = do(client, "/visits", arrival="walk_in", services=["cs.tax"], members=[{"kind": "adult"}])
    path += made["token"] if path == "/t/" else ""
    found = keys(client, path) + keys(client, path)
    assert len(found) > 1 and len(set(found)) == len(found)
    assert all(re.fullmatch(r"[\w-]{16}", key) for key in found)


def test_what_is_one_readers_own_is_not_kept_for_others(client: Client) -> None:
    for role in ("admin", "clerk:cs-1", "floorwalker"):
        path = "/sites/aalborg/desks/cs-1" if role.startswith("clerk") else FLOOR
        page = client.get(path, headers=client.as_(role)).text
        main = page[page.index("<main") : page.index("</main>")]
        assert f">{role}<" in page and role not in main
