"""From a request to one work and back: keys, hashes, refusals."""

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from app.domain.privacy import TextRefused, free_text
from app.store.idempotency import Answer, Command
from app.store.store import Store
from app.store.work import Work
from app.web.errors import Problem, as_response, refusal
from app.web.wording import language_of

KEY = re.compile(r"[!-~]{8,128}")


def store_of(request: Request) -> Store:
    """The store of this process."""
    store: Store = request.app.state.store
    return store


def asked_hash(request: Request, asked: bytes) -> str:
    """What was asked, as it is kept with its key: nobody can try out from it what a body held, such as a telephone number."""
    made = _keyed(store_of(request).secret).copy()
    made.update(asked)
    return made.hexdigest()


@cache
def _keyed(secret: bytes) -> hmac.HMAC:
    """The beginning of each such hash. `hmac.digest` lets go of the interpreter, and under load has to wait to get it back."""
    return hmac.new(secret, digestmod="sha256")


async def command_of(request: Request) -> Command | None:
    """The command's key, with a hash of what is asked: method, path and body."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise Problem(422, "bad_key")
    asked = f"{request.method} {request.scope['path']}\n".encode() + await request.body()
    return Command(key, asked_hash(request, asked))


async def perform(
    request: Request,
    site: str,
    actor: str,
    act: Callable[[Work], Mapping[str, Any]],
    status: int = 200,
    tell: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> JSONResponse:
    """One use case, one work, one answer; the answer leaves after the commit and after the push was woken.

    What `act` gives is kept with the command's key; `tell` adds what may be told but never kept.
    """
    answer = await store_of(request).run(
        site,
        lambda work: Answer(status, act(work)),
        actor,
        await command_of(request),
        lambda refused, _: refusal(refused, language_of(request)),
    )
    if tell and answer.status < 400:
        answer = replace(answer, body=tell(answer.body))
    return as_response(answer)


def clean(text: str, limit: int) -> str:
    """Free text as it may be kept; raises the problem that names what is wrong with it, never the text."""
    try:
        return free_text(text, limit)
    except TextRefused as refused:
        raise Problem(422, refused.code) from None
