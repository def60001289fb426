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
from gamehall.asking import HttpRequest

__all__ = ["document", "openapi_config", "openapi_json"]

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. The last segment of `type` is a stable name for what went wrong.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
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


def document(app: Litestar) -> dict[str, Any]:
    """The OpenAPI document."""
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components["Problem"] = PROBLEM
    for path, method, handler in _operations(app):
        if operation := schema["paths"].get(path, {}).get(method):
            _finish(operation, handler, components)
    return schema


def _operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    yield route.path_format, method.lower(), handler


def _finish(operation: dict[str, Any], handler: HTTPRouteHandler, components: dict[str, Any]) -> None:
    """Adds what Litestar cannot know: bodies that handlers read strictly by themselves, and how problems look."""
    if (body := handler.opt.get("body")) is not None:
        (reference,), definitions = msgspec.json.schema_components([body], ref_template="#/components/schemas/{name}")
        for name, definition in definitions.items():
            components.setdefault(name, definition)
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation["responses"].pop("400", None)
    operation["responses"]["default"] = {"description": "A problem", "content": problem}


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
