"""Over HTTP: a phone subscribes, a number is given, a slip is asked for; each refused in words where it is switched off."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.config import Settings
from app.main import create_app, ways_of
from app.store.access import Holder, make_token
from app.store.store import Store
from tests.builders import SAMPLE, Clock
from tests.conftest import SECRET, Client
from tests.notify.fakes import Gateway, PaperPrinter, Phone, PushService, serving

PARTY = {"arrival": "walk_in", "members": [{"kind": "adult"}], "services": ["cs.cpr"]}


ROLES = ("admin", "floorwalker", "kiosk")


@pytest.fixture
def reaching(sqlite: str, clock: Clock) -> Iterator[tuple[Client, PushService, PaperPrinter]]:
    """The application with every way switched on."""
    store = Store(sqlite, clock, SECRET)
    store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
    tokens = {
        role: store.write_here(lambda db, r=role: make_token(db, Holder("aalborg", r, r, ()), clock()))  # bound at once
        for role in ROLES
    }
    store.close()
    with serving(PushService()) as push, serving(Gateway()) as gateway, PaperPrinter() as printer:
        settings = Settings(
            database_url=sqlite, secret=SECRET.decode(), env="development", base_url="http://testserver",
            push_contact="mailto:desk@example.org", push_hosts=push.url, sms_token="the-token", sms_url=f"{gateway.url}/rest/mtsms",
            printers=f"aalborg={printer.address}",
        )  # fmt: skip
        with Client(create_app(settings, clock)) as found:
            found.tokens, found.gateway = tokens, gateway  # only these tests ask for it
            yield found, push, printer  # serving gives what it was given


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


def sent(client: Client, count: int) -> list[dict[str, Any]]:
    """What the gateway took, once there are so many."""
    gateway: Gateway = client.gateway  # the fixture's
    return [json.loads(taken.body) for taken in gateway.wait_for(count)]


def test_the_number_typed_at_the_ticket_gets_the_link_at_once_and_is_forgotten_when_asked(
    reaching: tuple[Client, PushService, PaperPrinter],
) -> None:
    client, visit, staff = reaching[0], arrive(reaching[0], language="da"), reaching[0].as_("floorwalker")
    here = f"/sites/aalborg/floor/visits/{visit['id']}"
    page = client.get(f"{here}/ticket", headers=staff).text
    assert "Du kan sige nej: dit nummer på papir er nok." in page, (
        "what it is for is said in the party's language, before"
    )
    answer = client.post(f"{here}/phones", data={"phone": "20 30 40 50", "key": "sms-at-ticket"}, headers=staff)
    assert "Linket er på vej" in answer.text
    (message,) = sent(client, 1)
    assert message["recipients"] == [{"msisdn": 4520304050}]
    assert message["message"] == f"Du har nummer 101. Se her, hvornår det er din tur: {visit['link']}"
    assert kept(client, "personal", "4520304050")
    assert "20304050" not in answer.text
    again = client.post(f"{here}/phone-removals", data={"key": "sms-no-more"}, headers=staff)
    assert 'name="phone"' in again.text
    assert not kept(client, "personal", "20304050")
    assert not any(kept(client, table, "20304050") for table in ("idempotency", "outbox", "events"))


def test_what_is_no_telephone_number_is_said_at_the_ticket_and_sends_nothing(
    reaching: tuple[Client, PushService, PaperPrinter],
) -> None:
    client, visit = reaching[0], arrive(reaching[0], language="de")
    here, staff = f"/sites/aalborg/floor/visits/{visit['id']}", reaching[0].as_("floorwalker")
    answer = client.post(f"{here}/phones", data={"phone": "call me", "key": "sms-wrong"}, headers=staff)
    assert (answer.status_code, "Das ist keine Telefonnummer." in answer.text) == (422, True)
    assert not kept(client, "outbox", "sms")


def test_where_sms_is_off_the_ticket_does_not_ask_for_a_number(client: Client) -> None:
    visit = arrive(client)
    here, staff = f"/sites/aalborg/floor/visits/{visit['id']}", client.as_("floorwalker")
    assert 'name="phone"' not in client.get(f"{here}/ticket", headers=staff).text
    assert client.post(f"{here}/phones", data={"phone": "20304050"}, headers=staff).status_code == 409
    assert not kept(client, "personal", "20304050")


def test_what_is_kept_of_a_command_tells_no_number_to_whoever_tries_them_all(
    reaching: tuple[Client, PushService, PaperPrinter],
) -> None:
    client, visit = reaching[0], arrive(reaching[0])
    path, body = f"{client.site}/visits/{visit['id']}/phones", b'{"phone":"20304050"}'
    headers = client.as_("kiosk") | {"Idempotency-Key": "sms-guessed", "Content-Type": "application/json"}
    assert client.post(path, content=body, headers=headers).status_code == 201
    asked = f"POST {path}\n".encode() + body
    assert not kept(client, "idempotency", hashlib.sha256(asked).hexdigest())
    assert kept(client, "idempotency", hmac.digest(SECRET, asked, "sha256").hex()), "only with the house's secret"


def kept(client: Client, table: str, text: str) -> bool:
    """Whether a table holds this text anywhere."""
    store: Store = client.app.state.store
    return text in store.read_here(lambda db: str(db.exec_driver_sql(f"SELECT * FROM {table}").all()))


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
