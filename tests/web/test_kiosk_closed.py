"""After closing the kiosk says once when all open again, and one by one where they differ."""

from datetime import UTC, date, datetime

import pytest

from app.domain import hours
from app.domain.house import House
from tests.builders import Clock
from tests.conftest import Client


@pytest.mark.parametrize(("alike", "lines"), [(True, 0), (False, 3)])
def test_hours_that_all_share_are_said_once(
    client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch, alike: bool, lines: int
) -> None:
    clock.at = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
    if not alike:
        usual = hours.next_open_day

        def later(house: House, authority: str, day: date) -> date | None:
            return date(2026, 11, 27) if authority == "cs" else usual(house, authority, day)

        monkeypatch.setattr(hours, "next_open_day", later)
    page = client.get("/sites/aalborg/kiosk?lang=en", headers=client.as_("kiosk")).text
    said = page.split("We open again:", 1)[1].split("</div>", 1)[0]
    assert said.count("<li>") == lines
    assert said.count("26 November 2026, <span") == (1 if alike else 2)
