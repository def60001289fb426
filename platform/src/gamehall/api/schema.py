"""The API described for programs (OpenAPI 3.1) and for people, as it is at this moment: what is off is not in it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.routes import HTTPRoute

import gamehall
from gamehall.api.outcomes import refusals
from gamehall.asking import HttpRequest
from gamehall.rights import Right, right_of

__all__ = ["document", "openapi_config", "openapi_json"]

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. The last segment of `type` is a stable name for what went wrong.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request": {"type": "string", "description": "What the log calls the request, where the hall has failed."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
_CREDENTIALS = {
    "Token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "The word `Token`, a space, and the token. The scopes are what a token is good for.",
    },
    "Bearer": {"type": "http", "scheme": "bearer", "description": "The same token behind the word `Bearer`."},
}
_HEADERS: dict[int, tuple[str, str]] = {
    401: ("WWW-Authenticate", "How to say who asks, and what was wrong with the token if there was one."),
    429: ("Retry-After", "After how many seconds to try again."),
    503: ("Retry-After", "After how many seconds to try again."),
}
_ID = "^[0-9a-z]{26}$"
_ANYTHING = "application/octet-stream"  # what handlers say that give files of many kinds


def document(app: Litestar) -> dict[str, Any]:
    """The OpenAPI document."""
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    components = schema.setdefault("components", {})
    components["securitySchemes"] = _CREDENTIALS
    shapes = components.setdefault("schemas", {})
    shapes["Problem"] = _PROBLEM
    for route, method, handler in _operations(app):
        if operation := schema["paths"].get(route.path_format, {}).get(method.lower()):
            _finish(operation, route, method, handler, shapes)
    return schema


def _operations(app: Litestar) -> Iterator[tuple[HTTPRoute, str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    yield route, method, handler


def _finish(
    operation: dict[str, Any], route: HTTPRoute, method: str, handler: HTTPRouteHandler, shapes: dict[str, Any]
) -> None:
    """Adds what Litestar cannot know: bodies that handlers read strictly by themselves, who may call, and problems."""
    if (body := handler.opt.get("body")) is not None:
        (reference,), definitions = msgspec.json.schema_components([body], ref_template="#/components/schemas/{name}")
        for name, definition in definitions.items():
            shapes.setdefault(name, definition)
        required = not handler.opt.get("body_optional")
        operation["requestBody"] = {"required": required, "content": {"application/json": {"schema": reference}}}
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        if parameter["in"] == "path" and parameter["name"].endswith("_id"):
            parameter["schema"] |= {"pattern": _ID}
        if parameter["name"] == "limit":
            parameter["description"] = "How many, held between 1 and 100."
        if parameter["name"] == "cursor":
            parameter["description"] = "The `next` of the part before."
    for answer in operation["responses"].values():
        if _ANYTHING in answer.get("content", {}):
            answer["content"] = {"*/*": {}}
    operation["responses"].pop("400", None)
    try:
        right = right_of(route, handler, method)
    except ValueError:  # a plugin's that has no rule, which its check says
        return
    operation["security"] = _security(right)
    typed = any(parameter["in"] != "path" or "enum" in parameter["schema"] for parameter in parameters)
    problems = handler.opt.get("problems", ())
    told = refusals(right, body=body is not None, query=typed, problems=problems)
    operation["responses"] |= {str(status): _refusal(status, slugs) for status, slugs in told.items()}


def _security(right: Right) -> list[dict[str, list[str]]]:
    """Which credentials a call needs, and what for; an empty one where it can be done without."""
    if not right.scope:
        return []
    needed = [{name: [right.scope]} for name in _CREDENTIALS]
    return [{}, *needed] if right.who == "anybody" else needed


def _refusal(status: int, slugs: list[str]) -> dict[str, Any]:
    kind = {"type": {"enum": [f"/problems/{slug}" for slug in slugs]}, "status": {"const": status}}
    shape = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": kind}]}
    told: dict[str, Any] = {
        "description": " or ".join(slugs),
        "content": {"application/problem+json": {"schema": shape}},
    }
    if status in _HEADERS:
        name, description = _HEADERS[status]
        told["headers"] = {name: {"description": description, "required": True, "schema": {"type": "string"}}}
    return told


@get("/api/openapi.json", include_in_schema=False, opt={"who": "anybody"})
async def openapi_json(request: HttpRequest) -> Response[bytes]:
    """The OpenAPI document."""
    content = msgspec.json.encode(document(request.app))
    return Response(content, media_type=MediaType.JSON)


class DocumentPage(OpenAPIRenderPlugin):
    """The document as a plain page that loads nothing from anywhere."""

    def render(self, request: HttpRequest, openapi_schema: dict[str, Any]) -> bytes:
        schema = document(request.app)
        rows = [
            _row(path, method, operation)
            for path, item in sorted(schema["paths"].items())
            for method, operation in item.items()
        ]
        title = html.escape(schema["info"]["title"])
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{title}</title><h1>{title}</h1>"
            f'<p>The same for programs: <a href="/api/openapi.json">openapi.json</a>.</p>{"".join(rows)}</html>'
        ).encode()


def _row(path: str, method: str, operation: dict[str, Any]) -> str:
    names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
    query = f" <small>?{html.escape('&'.join(names))}</small>" if names else ""
    description = html.escape(operation.get("description", ""))
    return f"<h2><code>{method.upper()} {html.escape(path)}</code>{query}</h2><p>{description}</p>"


class DocumentFile(OpenAPIRenderPlugin):
    """Stands where Litestar would serve its own document, which knows neither bodies nor problems."""

    def render(self, request: HttpRequest, openapi_schema: dict[str, Any]) -> bytes:
        return msgspec.json.encode(document(request.app))


def openapi_config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Gamehall",
        version=gamehall.__version__,
        openapi_router=Router(
            "/api/docs",
            route_handlers=[],
            include_in_schema=False,
            opt={"who": "anybody", "object": "everybody"},
        ),
        use_handler_docstrings=True,
        render_plugins=[
            DocumentPage(path="/"),
            DocumentFile(path="/openapi.json", media_type=MediaType.JSON),
        ],
    )
