"""Over HTTP: a phone subscribes, a number is given, a slip is asked for; each refused in words where it is switched off."""

from collections.abc import Iterator

import pytest

from app.config import Settings
from app.main import create_app, ways_of
from app.store.access import Holder, make_token
from app.store.store import Store
from tests.builders import SAMPLE, Clock
from tests.conftest import SECRET, Client
from tests.notify.fakes import PaperPrinter, Phone, PushService, serving

PARTY = {"arrival": "walk_in", "members": [{"kind": "adult"}], "services": ["cs.cpr"]}


ROLES = ("admin", "floorwalker", "kiosk")


@pytest.fixture
def reaching(sqlite: str, clock: Clock) -> Iterator[tuple[Client, PushService, PaperPrinter]]:
    """The application with every way switched on."""
    store = Store(sqlite, clock, SECRET)
    store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
    tokens = {
        role: store.write_here(lambda db, r=role: make_token(db, Holder("aalborg", r, r, ()), clock()))  # type: ignore[misc]  # bound at once
        for role in ROLES
    }
    store.close()
    with serving(PushService()) as push, PaperPrinter() as printer:
        settings = Settings(
            database_url=sqlite, secret=SECRET.decode(), env="development", base_url="http://testserver",
            push_contact="mailto:desk@example.org", push_hosts=push.url, sms_token="the-token",
            printers=f"aalborg={printer.address}",
        )  # fmt: skip
        with Client(create_app(settings, clock)) as found:
            found.tokens = tokens
            yield found, push, printer  # type: ignore[misc]  # serving gives what it was given


def arrive(client: Client, **more: object) -> dict[str, str]:
    answer = client.post(f"{client.site}/visits", json={**PARTY, **more}, headers=client.as_("floorwalker"))
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made


def test_a_phone_that_subscribes_is_told_when_it_is_called(
    reaching: tuple[Client, PushService, PaperPrinter],
) -> None:
    client, push, _ = reaching
    visit = arrive(client)
    assert len(client.get("/api/v1/push-key").json()["key"]) == 87
    phone = Phone(f"{push.url}/push/1")
    subscription = phone.subscription | {"expirationTime": None}
    answer = client.post(f"/api/v1/tickets/{visit['token']}/push-subscriptions", json=subscription)
    assert answer.status_code == 201
    client.post(f"{client.site}/desks/cs-1/openings", json={}, headers=client.as_("admin"))
    client.post(f"{client.site}/desks/cs-1/calls", json={}, headers=client.as_("admin"))
    told = [phone.read(t.body) for t in push.wait_for(1)]
    assert told[-1]["number"] == 101
    assert {t["say"] for t in told} <= {"soon", "now"}


def test_a_subscription_to_anything_but_a_push_service_is_refused(
    reaching: tuple[Client, PushService, PaperPrinter],
) -> None:
    client = reaching[0]
    visit = arrive(client)
    for endpoint in (
        "http://127.0.0.1:22/", "https://169.254.169.254/latest", "https://fcm.googleapis.com.evil.example/x",
        "https://user@fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "http://fcm.googleapis.com/x",
    ):  # fmt: skip
        subscription = Phone(endpoint).subscription
        answer = client.post(f"/api/v1/tickets/{visit['token']}/push-subscriptions", json=subscription)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_a_push_service"), endpoint


def test_a_check_in_prints_when_it_asks_for_paper_and_says_how_it_went(
    reaching: tuple[Client, PushService, PaperPrinter],
) -> None:
    client, _, printer = reaching
    without = arrive(client)
    prints = f"{client.site}/visits/{without['id']}/prints"
    assert client.get(prints, headers=client.as_("kiosk")).json() == {"state": "none"}
    visit = arrive(client, print=True)
    (slip,) = printer.wait_for(1)
    assert slip.cut
    assert client.post(prints, json={}, headers=client.as_("kiosk")).status_code == 201
    assert len(printer.wait_for(2)) == 2
    assert client.get(f"{client.site}/visits/{visit['id']}/prints", headers=client.as_("kiosk")).status_code == 200


def test_a_telephone_number_is_taken_in_any_usual_form_and_told_to_nobody(
    reaching: tuple[Client, PushService, PaperPrinter],
) -> None:
    client = reaching[0]
    visit = arrive(client)
    phones = f"{client.site}/visits/{visit['id']}/phones"
    for phone in ("12 34 56 78", "+45 12345678", "0045 12 34 56 78", "+380 44 123 45 67"):
        assert client.post(phones, json={"phone": phone}, headers=client.as_("kiosk")).status_code == 201
    answer = client.post(phones, json={"phone": "call me maybe"}, headers=client.as_("kiosk"))
    assert (answer.status_code, answer.json()["code"]) == (422, "phone_malformed")
    everything = client.get(f"{client.site}/events", headers=client.as_("admin")).text
    everything += client.get(f"{client.site}/floor", headers=client.as_("floorwalker")).text
    assert "12345678" not in everything
    assert "441234567" not in everything


def test_what_is_switched_off_says_so(client: Client) -> None:
    visit = arrive(client, print=True)
    assert client.get("/api/v1/push-key").json()["code"] == "push_off"
    subscription = Phone("https://fcm.googleapis.com/fcm/send/x").subscription
    answer = client.post(f"/api/v1/tickets/{visit['token']}/push-subscriptions", json=subscription)
    assert (answer.status_code, answer.json()["code"]) == (409, "push_off")
    here, kiosk = f"{client.site}/visits/{visit['id']}", client.as_("kiosk")
    assert client.post(f"{here}/phones", json={"phone": "12345678"}, headers=kiosk).json()["code"] == "sms_off"
    assert client.post(f"{here}/prints", json={}, headers=kiosk).json()["code"] == "print_off"
    assert client.get(f"{here}/prints", headers=kiosk).json() == {"state": "off"}


def test_a_printer_that_is_written_wrongly_is_named_at_the_start() -> None:
    with pytest.raises(ValueError, match="aalborg:9100 is not SITE=HOST:PORT"):
        ways_of(Settings(printers="aalborg:9100"))


def test_an_idempotency_record_holds_no_telephone_number(
    reaching: tuple[Client, PushService, PaperPrinter], sqlite: str, clock: Clock
) -> None:
    client = reaching[0]
    visit = arrive(client)
    headers = client.as_("kiosk") | {"Idempotency-Key": "a-key-of-its-own"}
    client.post(f"{client.site}/visits/{visit['id']}/phones", json={"phone": "87654321"}, headers=headers)
    store = Store(sqlite, clock, SECRET)
    from app.store.tables import idempotency

    kept = store.read_here(lambda db: str(list(db.execute(idempotency.select()))))
    store.close()
    assert "87654321" not in kept
