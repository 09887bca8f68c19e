"""The API's own description, made from the code: `/openapi.json` for programs, `/docs` for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from fastapi.routing import APIRoute, iter_route_contexts

from app.web.render import page

router = APIRouter(include_in_schema=False)

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `code` never changes; `detail` says what to do next, in the caller's language.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}
REFUSED = {
    "description": "Refused: see `code`",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body again is answered as before, and done once. Kept for 48 hours.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document: roles, keys and problems on every operation. Made once."""
    if app.openapi_schema is None:
        found = get_openapi(title=app.title, version=app.version, routes=app.routes)
        roles = dict(_roles(app))
        for path, method, operation in _operations(found):
            _complete(operation, method, roles.get((path, method)))
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = PROBLEM
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        found["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        app.openapi_schema = found
    return app.openapi_schema


def _roles(app: FastAPI) -> Iterator[tuple[tuple[str, str], tuple[str, ...] | None]]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                yield (context.path_format or "", method.lower()), roles_of(route.dependant)


def roles_of(dependant: Dependant) -> tuple[str, ...] | None:
    """The roles that a route admits; None where anybody may call, or a secret in the path decides."""
    for inner in dependant.dependencies:
        roles: tuple[str, ...] | None = getattr(inner.call, "roles", None) or roles_of(inner)
        if roles is not None:
            return roles
    return None


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(operation: dict[str, Any], method: str, roles: tuple[str, ...] | None) -> None:
    operation["responses"].pop("422", None)
    operation["responses"]["4XX"] = REFUSED
    if method == "post":
        operation.setdefault("parameters", []).append(KEY)
    if roles is not None:
        operation["security"] = [{"bearer": []}]
        operation["x-roles"] = list(roles)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The same document, to be read."""
    document = request.app.openapi()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, method, operation in _operations(document):
        groups.setdefault((operation.get("tags") or ["system"])[0], []).append(_told(path, method, operation, document))
    return page(request, "docs.html", None, groups=groups, version=document["info"]["version"])


def _told(path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "method": method.upper(),
        "path": path,
        "said": operation.get("description", ""),
        "roles": operation.get("x-roles"),
        "query": [p for p in operation.get("parameters", ()) if p["in"] == "query"],
        "fields": _fields(body, document),
        "status": next(iter(operation["responses"])),
    }


def _fields(schema: Mapping[str, Any], document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields of a body: name, kind, whether it must be there."""
    whole = _resolved(schema, document)
    return [
        {"name": name, "kind": _kind(field, document), "needed": name in whole.get("required", ())}
        for name, field in whole.get("properties", {}).items()
    ]


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        found: Mapping[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _kind(field: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """A type in a few words, such as 'list of member {kind: adult / child, age: integer}'."""
    if "anyOf" in field:
        return " or ".join(_kind(f, document) for f in field["anyOf"] if f.get("type") != "null")
    if "enum" in field:
        return " / ".join(map(str, field["enum"]))
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}), document)}"
    if "$ref" in field:
        inner = _resolved(field, document)
        parts = (f"{name}: {_kind(f, document)}" for name, f in inner.get("properties", {}).items())
        return "{" + ", ".join(parts) + "}"
    return str(field.get("format") or field.get("type", "anything"))
