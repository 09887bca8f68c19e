"""The statements say what this house does: how long it keeps things, who else takes part, and where to complain."""

import pytest

from app.config import Settings
from app.main import create_app
from tests.builders import Clock
from tests.conftest import SECRET, Client


def said(client: Client, page: str, language: str) -> str:
    """The words of a statement."""
    return client.get(f"/{page}", headers={"Accept-Language": language}).text


@pytest.mark.parametrize(
    ("language", "months", "days"), [("da", "13 måneder", "50 dage"), ("en", "13 months", "50 days")]
)
def test_how_long_things_are_kept_is_as_it_is_set(
    client: Client, sqlite: str, clock: Clock, language: str, months: str, days: str
) -> None:
    assert months in said(client, "privacy", language)
    settings = Settings(
        database_url=sqlite,
        secret=SECRET.decode(),
        env="development",
        base_url="http://testserver",
        keep_timings_days=50,
    )
    with Client(create_app(settings, clock)) as other:
        assert days in said(other, "privacy", language)
        assert months not in said(other, "privacy", language)


def test_who_else_takes_part_is_named_where_they_do(client: Client, sqlite: str, clock: Clock) -> None:
    assert "GatewayAPI" not in said(client, "privacy", "en")
    assert "Mozilla" not in said(client, "privacy", "en")
    settings = Settings(
        database_url=sqlite, secret=SECRET.decode(), env="development", base_url="http://testserver",
        sms_token="the-token", push_contact="mailto:desk@example.org",
    )  # fmt: skip
    with Client(create_app(settings, clock)) as other:
        assert "GatewayAPI" in said(other, "privacy", "en")
        assert "Mozilla" in said(other, "privacy", "en")


@pytest.mark.parametrize("language", ["da", "en"])
def test_where_to_complain_is_said_with_an_address(client: Client, language: str) -> None:
    assert "https://www.datatilsynet.dk" in said(client, "privacy", language)
    accessibility = said(client, "accessibility", language)
    assert "Digitaliseringsstyrelsen" in accessibility
    assert "tel:+4520163612" in accessibility
    assert "+45 99 31 15 30" in accessibility


@pytest.mark.parametrize("page", ["privacy", "accessibility"])
def test_every_language_can_be_chosen_and_who_reads_another_is_told_why_it_is_english(
    client: Client, page: str
) -> None:
    arabic = said(client, page, "ar")
    assert all(f'href="/{page}?lang={code}"' in arabic for code in ("da", "en", "uk", "ar"))
    assert 'class="notice soon" lang="ar" dir="rtl"' in arabic
    assert "International House, Citizen Services each answer" in said(client, "privacy", "ar")
    assert "notice soon" not in said(client, page, "da") + said(client, page, "en")


def test_only_a_kiosk_of_a_known_house_is_led_back_to(client: Client) -> None:
    back = 'href="/sites/aalborg/kiosk"'
    assert back in client.get("/privacy?kiosk=aalborg").text
    for other in ("", "?kiosk=elsewhere", "?kiosk=//evil.example"):
        found = client.get(f"/privacy{other}").text
        assert "/kiosk" not in found
        assert "evil" not in found
