"""The directory: read by staff and the public programme, changed by managers; every version is kept and shown."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import Field, StringConstraints

from app.actions import directory as acts
from app.domain.directory import KINDS, WAYS, Entry
from app.domain.errors import Refusal, Refused
from app.screens.programme import EntryShape, entry_shape
from app.store import directory as rows
from app.store.idempotency import Answer
from app.store.work import Work
from app.web.access import Caller, Manager, Staff
from app.web.answers import clean, perform, store_of
from app.web.bodies import Body, Code, Language
from app.web.forms import Form, act, read_as, read_form
from app.web.programme import Slug, Words, worded
from app.web.render import page

router = APIRouter(tags=["directory"])
SITE = "/api/v1/sites/{site}/directory"
PAGE = "/sites/{site}/directory"


class EntryPatch(Body):
    """An entry of the directory. On a change, what is left out stays."""

    kind: Literal["service", "organisation", "contact"] = "organisation"
    label: Words = {}
    text: Words = {}
    who: Words = {}
    receives: Literal["walk_in", "telephone", "mail", "web", "link"] = "walk_in"
    reach: Annotated[str, StringConstraints(max_length=200)] = ""
    place: Annotated[str, StringConstraints(max_length=200)] = ""
    audience: Annotated[list[Code], Field(max_length=40)] = []
    children: bool = False
    languages: Annotated[list[Language], Field(max_length=20)] = []
    retired: bool = False


class EntryBody(EntryPatch):
    """A new entry."""

    code: Slug
    label: Words


def entry_of(body: EntryBody) -> Entry:
    """A request as the rules know it."""
    return changed(Entry(body.code, body.kind, worded(body.label)), body)


def changed(entry: Entry, body: EntryPatch) -> Entry:
    """What a change makes of an entry."""
    said: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set - {"code"}}
    for name in said.keys() & {"label", "text", "who"}:
        blank = not any(said[name].values()) and name != "label"
        said[name] = {} if blank else worded(said[name])
    for name in said.keys() & {"reach", "place"}:
        said[name] = clean(said[name], 200)
    if "audience" in said:
        said["audience"] = frozenset(said["audience"])
    if "languages" in said:
        said["languages"] = tuple(dict.fromkeys(said["languages"]))
    return replace(entry, **said)


def shaped(entry: Entry) -> dict[str, Any]:
    """An entry in an answer."""
    return entry_shape(entry).model_dump(mode="json")


@router.get(SITE, response_model=list[EntryShape])
async def read_directory(request: Request, site: str, caller: Staff) -> list[EntryShape]:
    """Every entry, also what is no longer offered."""
    known = await store_of(request).known(site)
    found = await store_of(request).read(lambda db: rows.directory(db, known.house))
    return [entry_shape(e) for e in found.values()]


@router.post(SITE, status_code=201)
async def create_entry(request: Request, site: str, body: EntryBody, caller: Manager) -> JSONResponse:
    """A new service, organisation or contact."""
    new = entry_of(body)
    return await perform(request, site, caller.actor, lambda w: shaped(acts.enter(w, new)), 201)


@router.patch(SITE + "/{entry}")
async def change_entry(request: Request, site: str, entry: str, body: EntryPatch, caller: Manager) -> JSONResponse:
    """Let an entry say something else."""
    return await perform(request, site, caller.actor, lambda w: shaped(acts.change(w, changed(_known(w, entry), body))))


def _known(work: Work, code: str) -> Entry:
    found = rows.directory_of(work).get(code)
    if found is None:
        raise Refused(Refusal.UNKNOWN_ENTRY, entry=code)
    return found


@router.delete(SITE + "/{entry}")
async def retire_entry(request: Request, site: str, entry: str, caller: Manager) -> JSONResponse:
    """Offer an entry no longer. Its history stays."""
    return await perform(request, site, caller.actor, lambda w: shaped(acts.retire(w, entry)))


@router.get(SITE + "/{entry}/versions")
async def read_versions(request: Request, site: str, entry: str, caller: Staff) -> list[dict[str, Any]]:
    """What an entry has said, and who made it say so, newest first."""
    found = await store_of(request).read(lambda db: rows.history(db, site, entry))
    return [{"version": v.number, "at": v.at, "actor": v.actor, "entry": dict(v.body)} for v in found]


@router.get(PAGE, include_in_schema=False)
async def directory_page(request: Request, site: str, caller: Staff) -> Response:
    """Whom one can be referred to."""
    known = await store_of(request).known(site)
    found = await store_of(request).read(lambda db: rows.directory(db, known.house))
    may_change = caller.role in ("manager", "admin")
    return page(
        request, "directory/page.html", known.house, entries=list(found.values()), may_change=may_change, caller=caller
    )


@router.get(PAGE + "/new", include_in_schema=False)
async def new_page(request: Request, site: str, caller: Manager) -> Response:
    """An empty entry."""
    return await _entry_page(request, site, caller, "")


@router.get(PAGE + "/{entry}", include_in_schema=False)
async def entry_page(request: Request, site: str, entry: str, caller: Manager) -> Response:
    """One entry to change, with its history."""
    return await _entry_page(request, site, caller, entry)


async def _entry_page(request: Request, site: str, caller: Caller, code: str, said: str | None = None) -> Response:
    store = store_of(request)
    known = await store.known(site)
    directory, history = await store.read(lambda db: (rows.directory(db, known.house), rows.history(db, site, code)))
    if code and code not in directory:
        raise Refused(Refusal.UNKNOWN_ENTRY, entry=code)
    entry = directory.get(code) or Entry("", "organisation", {"da": "", "en": ""})
    path = f"/sites/{site}/directory/{code or 'new'}"
    shown = {
        "entry": entry,
        "history": told(history),
        "kinds": KINDS,
        "ways": WAYS,
        "path": path,
        "said": said,
        "caller": caller,
    }
    return page(request, "directory/entry.html", known.house, 409 if said else 200, **shown)


def told(history: list[Any]) -> list[dict[str, Any]]:
    """Each version with what it changed: field, before, after."""
    found = []
    for now, before in zip_longest(history, history[1:]):
        old: Mapping[str, Any] = before.body if before else {}
        changes = [(k, _flat(old.get(k)), _flat(v)) for k, v in now.body.items() if before and old.get(k) != v]
        found.append({"number": now.number, "at": now.at, "actor": now.actor, "changes": changes})
    return found


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return " · ".join(f"{k}: {v}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else "–" if value in (None, "") else str(value)


@router.post(PAGE + "/{entry}", include_in_schema=False)
async def save_entry(request: Request, site: str, entry: str, caller: Manager) -> Response:
    """What a manager wrote."""
    form, code = await read_form(request), "" if entry == "new" else entry
    body = body_from(form)

    def do(work: Work) -> dict[str, Any]:
        if code:
            return {"code": acts.change(work, changed(_known(work, code), body)).code}
        new = read_as(EntryBody, body.model_dump(exclude_unset=True) | {"code": form.text("code", 40) or ""})
        return {"code": acts.enter(work, entry_of(new)).code}

    found = await act(request, site, caller.actor, form, do, partial(_entry_page, request, site, caller, code))
    if not isinstance(found, Answer):
        return found
    return RedirectResponse(f"/sites/{site}/directory/{found.body['code']}", 303)


def body_from(form: Form) -> EntryPatch:
    """An entry from the fields of a page: `label-da` is the label in Danish."""
    return read_as(EntryPatch, {
        "kind": form.text("kind") or "organisation",
        **{name: words_from(form, name) for name in ("label", "text", "who")},
        "receives": form.text("receives") or "walk_in",
        "reach": form.text("reach", 200) or "",
        "place": form.text("place", 200) or "",
        "audience": list(form.many("audience")),
        "children": form.text("children") == "on",
        "languages": list(form.many("language")),
        "retired": form.text("retired") == "on",
    })  # fmt: skip


def words_from(form: Form, name: str) -> dict[str, str]:
    """A wording in several languages from its fields; empty ones are left out."""
    fields = [field for field in form.fields if field.startswith(f"{name}-")]
    return {field[-2:]: text for field in fields if (text := form.text(field, 600))}
