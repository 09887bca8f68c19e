"""Problems: every refusal and mistake as RFC 9457, with a code that stays and words that say what to do next."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.domain.errors import Refusal, Refused
from app.domain.house import House, words
from app.domain.privacy import redact
from app.store.idempotency import Answer, KeyReused
from app.store.writer import StoreBusy, StoreDown, UnknownSite
from app.web.render import CLDR, page
from app.web.wording import OUTCOME_WORDS, TITLES, WORDS, language_of, languages_at, translate

NOT_THERE = {Refusal.UNKNOWN_VISIT, Refusal.UNKNOWN_DESK, Refusal.UNKNOWN_EVENT, Refusal.UNKNOWN_ENTRY}
NOT_THERE |= {Refusal.UNKNOWN_REFERRAL, Refusal.UNKNOWN_GROUP, Refusal.UNKNOWN_SIGN_UP}


class Problem(Exception):
    """A refusal of the edge itself: not signed in, not yours, too often."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def problem(status: int, code: str, detail: str, language: str, **more: Any) -> Answer:
    """A problem document."""
    title = translate(TITLES.get(status, TITLES[500]), language)
    body = {"type": f"urn:samedag:problem:{code}", "title": title, "status": status, "detail": detail, "code": code}
    return Answer(status, body | more)


def refusal(refused: Refused, language: str, house: House | None = None) -> Answer:
    """The rules' no, in words; to people of this house in its own words, to programs with the codes that they use."""
    status = 404 if refused.code in NOT_THERE else 409
    detail = worded(refused.code, in_words(refused.facts, house, language) if house else refused.facts, language)
    return problem(status, refused.code.value, detail, language, **facts(refused.facts))


def worded(code: Refusal, values: Mapping[str, object], language: str) -> str:
    """A refusal as a sentence that says what to do next."""
    return translate(WORDS[code.value], language).format_map(_Blank(values))


def in_words(values: Mapping[str, object], house: House, language: str) -> dict[str, object]:
    """Values with the names of desks and services, and with outcomes and days as pages say them, instead of codes."""
    said = dict(values)
    for kind, known in (("desk", house.desks), ("service", house.services)):
        if (found := known.get(str(values.get(kind)))) is not None:
            said[kind] = words(found.label, language)
    for kind in ("outcome", "known"):
        if kind in values:
            codes = str(values[kind]).split(", ")
            said[kind] = ", ".join(translate(OUTCOME_WORDS.get(code, code), language) for code in codes)
    if "day" in values:
        said["day"] = format_date(date.fromisoformat(str(values["day"])), "full", CLDR.get(language, language))
    return said


def facts(given: Mapping[str, object]) -> dict[str, Any]:
    """The facts of a refusal that programs may want; never those that the document itself uses."""
    return {k: v for k, v in given.items() if k not in ("type", "title", "status", "detail", "code")}


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "–"


class Json(JSONResponse):
    """JSON as pydantic writes it: every move is answered with some, and the standard library takes three times as long."""

    def render(self, content: Any) -> bytes:
        """The bytes."""
        return to_json(content)


def as_response(answer: Answer) -> JSONResponse:
    """An answer as it leaves."""
    kind = "application/problem+json" if answer.status >= 400 else "application/json"
    headers = {"Idempotent-Replayed": "true"} if answer.replayed else {}
    if answer.status == 503:
        headers["Retry-After"] = "1"
    return Json(answer.body, answer.status, headers, media_type=kind)


def said(request: Request, answer: Answer) -> Response:
    """A problem to whoever asked: a page to a person's browser, a document to everything else."""
    wants_page = "text/html" in request.headers.get("accept", "") and not request.headers.get("x-live")
    if not wants_page or request.url.path.startswith("/api/"):
        return as_response(answer)
    if answer.status == 401:
        return RedirectResponse("/", 303)
    context = {"title": answer.body["title"], "detail": answer.body["detail"], "problem": answer.status}
    context["caller"] = getattr(request.state, "caller", None)
    spoken = (
        languages_at(request.url.path) if request.method == "GET" else ()
    )  # an act cannot be asked for again by a link
    house: House | None = request.app.state.store.only_house()
    return page(request, "error.html", house, answer.status, languages=spoken, **context)


def install(app: FastAPI) -> None:
    """Give each kind of failure its answer, in one table."""

    def answer(request: Request, status: int, code: str, **more: Any) -> Response:
        language = language_of(request)
        return said(request, problem(status, code, translate(WORDS[code], language), language, **more))

    def on(kind: type[Exception], told: Callable[[Request, Exception], Response]) -> None:
        # Not in a thread, where plain functions would run: under load a refusal would wait there longer than any work.
        async def handler(request: Request, error: Exception) -> Response:
            return told(request, error)

        app.add_exception_handler(kind, handler)

    on(Refused, lambda r, e: said(r, refusal(_as(Refused, e), language_of(r))))
    on(Problem, lambda r, e: answer(r, _as(Problem, e).status, _as(Problem, e).code))
    on(KeyReused, lambda r, e: answer(r, 422, "idempotency_mismatch"))
    on(UnknownSite, lambda r, e: answer(r, 404, "unknown_site"))
    on(StoreDown, lambda r, e: answer(r, 503, "store_down"))
    on(StoreBusy, lambda r, e: answer(r, 503, "store_busy"))
    on(RequestValidationError, _malformed)
    on(ClientDisconnect, lambda r, e: Response(status_code=400))  # nobody is there to read it
    on(HTTPException, _http)


def _malformed(request: Request, error: Exception) -> JSONResponse:
    """Which field is wrong and how; what was sent is not repeated, for it may be personal."""
    language = language_of(request)
    errors = _as(RequestValidationError, error).errors()
    wrong = [{"field": ".".join(str(p) for p in e["loc"][1:]), "what": redact(e["msg"])} for e in errors]
    return as_response(problem(422, "malformed", translate(WORDS["malformed"], language), language, errors=wrong))


def _http(request: Request, error: Exception) -> Response:
    status = _as(HTTPException, error).status_code
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "wrong_content_type"}.get(
        status, "bad_request"
    )
    language = language_of(request)
    return said(request, problem(status, code, translate(WORDS[code], language), language))


def _as(kind: type[Any], error: Exception) -> Any:
    assert isinstance(error, kind)
    return error
