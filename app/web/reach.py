"""How messages and paper reach a party: a phone's push subscription, a telephone number, a printed slip."""

import json

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.actions import telling
from app.domain.visit import Visit
from app.notify.push import Push, allowed
from app.notify.sms import number_of
from app.store import outbox
from app.store.work import Work
from app.web.access import Reception
from app.web.answers import store_of
from app.web.bodies import EmptyBody, PhoneBody, PushBody
from app.web.errors import Problem
from app.web.limits import slow_down
from app.web.tickets import act_on
from app.web.visits import on_visit

router = APIRouter(prefix="/api/v1", tags=["tickets"])


class PushKey(BaseModel):
    """The key that a phone's subscription must be made with."""

    key: str


class PrintState(BaseModel):
    """How the newest slip of a visit does: none, waiting, sent, failed, or off where there is no printer."""

    state: str


def push_of(request: Request) -> Push:
    """The way to phones; refuses where it is switched off."""
    push: Push | None = request.app.state.ways.get("push")
    if push is None:
        raise Problem(409, "push_off")
    return push


@router.get("/push-key")
async def read_push_key(request: Request) -> PushKey:
    """The public key of this server's messages to phones; 409 `push_off` where there are none."""
    return PushKey(key=push_of(request).public_key)


@router.post("/tickets/{token}/push-subscriptions", status_code=201)
async def subscribe(request: Request, token: str, body: PushBody) -> JSONResponse:
    """Tell this phone when the party is soon, and when it is called; until the day closes."""
    await slow_down(request, "subscribe", 20)
    push_of(request)
    if not allowed(body.endpoint, request.app.state.settings.push_host_list()):
        raise Problem(422, "not_a_push_service")
    kept = json.dumps({"endpoint": body.endpoint, "keys": body.keys.model_dump()})
    return await act_on(request, token, lambda w, v: telling.subscribe(w, v, body.endpoint, kept), 201)


@router.post("/tickets/{token}/push-unsubscriptions")
async def unsubscribe(request: Request, token: str, body: PushBody) -> JSONResponse:
    """Tell this phone no more."""
    return await act_on(request, token, lambda w, v: telling.unsubscribe(w, v, telling.push_kind(v, body.endpoint)))


@router.post("/sites/{site}/visits/{visit}/phones", status_code=201)
async def give_phone(request: Request, site: str, visit: str, body: PhoneBody, caller: Reception) -> JSONResponse:
    """A telephone number that the party gives: the link goes there, and SMS until the day closes. It is told to nobody."""
    number = sms_number(request, body.phone)
    return await on_visit(request, site, caller.actor, lambda w: give_and_send(w, visit, number), 201)


def texts(request: Request) -> bool:
    """Whether SMS is switched on."""
    return "sms" in request.app.state.ways


def sms_number(request: Request, text: str) -> str:
    """The number to send SMS to; refuses what is none, and where SMS is switched off."""
    if not texts(request):
        raise Problem(409, "sms_off")
    number = number_of(text)
    if number is None:
        raise Problem(422, "phone_malformed")
    return number


def give_and_send(work: Work, visit: str, number: str) -> Visit:
    """The party can be told at this number from now on, and gets its link there."""
    telling.give_phone(work, visit, number)
    return telling.send_link(work, visit)


@router.post("/sites/{site}/visits/{visit}/prints", status_code=201)
async def print_slip(request: Request, site: str, visit: str, body: EmptyBody, caller: Reception) -> JSONResponse:
    """Print the paper ticket, once more if need be. Ask `prints` again how it went; the QR code on the screen does as well."""
    if not prints(request, site):
        raise Problem(409, "print_off")
    return await on_visit(request, site, caller.actor, lambda w: telling.print_slip(w, visit), 201)


@router.get("/sites/{site}/visits/{visit}/prints")
async def read_print(request: Request, site: str, visit: str, caller: Reception) -> PrintState:
    """Whether the slip has come out."""
    if not prints(request, site):
        return PrintState(state="off")
    return PrintState(state=await store_of(request).read(lambda db: outbox.print_state(db, site, visit)))


def prints(request: Request, site: str) -> bool:
    """Whether this site has a printer."""
    return site in request.app.state.settings.printer_addresses()
