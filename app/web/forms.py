"""Forms of pages: the same acts as the API, for people; they work without scripts."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import FormData

from app.domain.errors import Refused
from app.domain.house import House
from app.store.idempotency import Answer, Command
from app.store.work import Work
from app.web.answers import KEY, asked_hash, clean, store_of
from app.web.bodies import Day
from app.web.errors import Problem, as_response, refusal
from app.web.wording import language_of

MOST_FIELDS = 200
DAY: TypeAdapter[date] = TypeAdapter(Day)

B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields that were sent; anything that is not plain text is left out."""

    fields: Mapping[str, tuple[str, ...]]

    def text(self, name: str, limit: int = 80) -> str | None:
        """One field, cleaned; None when empty."""
        values = self.fields.get(name, ())
        return clean(values[0], limit) or None if values else None

    def many(self, name: str) -> tuple[str, ...]:
        """Every value of a repeated field."""
        return tuple(clean(v, 80) for v in self.fields.get(name, ()) if v)

    def marked(self, prefix: str, value: str) -> frozenset[str]:
        """What follows `prefix` in the names of the fields that hold `value`."""
        return frozenset(k.removeprefix(prefix) for k, v in self.fields.items() if k.startswith(prefix) and value in v)

    def number(self, name: str, least: int, most: int, otherwise: int) -> int:
        """A whole number within bounds; refuses what is none."""
        value = self.text(name, 12)
        if value is None:
            return otherwise
        if not value.isdecimal() or not least <= int(value) <= most:
            raise Problem(422, "bad_request")
        return int(value)

    def day(self, name: str) -> date | None:
        """A day; None when empty. Refuses what is none."""
        value = self.text(name)
        try:
            return DAY.validate_python(value) if value else None
        except ValidationError:
            raise Problem(422, "bad_request") from None

    def command(self, request: Request) -> Command | None:
        """The key that the page gave this form, with a hash of what is asked."""
        key = (self.fields.get("key") or ("",))[0]
        if not KEY.fullmatch(key):
            return None
        asked = repr(sorted((k, v) for k, v in self.fields.items() if k != "key"))
        return Command(key, asked_hash(request, f"POST {request.url.path}\n{asked}".encode()))


def read_as(kind: type[B], fields: Mapping[str, Any]) -> B:
    """The fields of a page as the body that the API takes; refuses what it would."""
    try:
        return kind.model_validate(fields)
    except ValidationError:
        raise Problem(422, "bad_request") from None


async def read_form(request: Request) -> Form:
    """The form of this request."""
    found: FormData = await request.form(max_files=0, max_fields=MOST_FIELDS)
    names = dict.fromkeys(found.keys())
    return Form({name: tuple(v for v in found.getlist(name) if isinstance(v, str)) for name in names})


async def act(
    request: Request,
    site: str,
    actor: str,
    form: Form,
    do: Callable[[Work], Mapping[str, Any]],
    again: Callable[[str], Awaitable[Response]],
) -> Answer | Response:
    """One act from a page. A refusal is said on the page: as a problem where a script asks, else by `again`."""
    language, store = language_of(request), store_of(request)

    def refused(no: Refused, house: House) -> Answer:
        return refusal(no, language, house)

    command = form.command(request)
    answer = await store.run(site, lambda work: Answer(200, do(work)), actor, command, refused)
    if answer.status < 400:
        return answer
    if request.headers.get("x-live"):
        return as_response(answer)
    return await again(str(answer.body["detail"]))


def done(request: Request, where: str) -> Response:
    """Acted: the page's script waits for the socket, others are sent back to the page."""
    if request.headers.get("x-live"):
        return Response(status_code=204)
    return RedirectResponse(where, 303)
