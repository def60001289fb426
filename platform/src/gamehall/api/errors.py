"""Every exception as an answer: application/problem+json for programs, a page for people."""

from __future__ import annotations

import html
import logging
import re
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.routes import HTTPRoute
from litestar.types import ExceptionHandlersMap

from gamehall.asking import host_of
from gamehall.database import is_away
from gamehall.declare import ErrorPage
from gamehall.languages import catalogue
from gamehall.origins import origin
from gamehall.problems import FieldError, Problem

__all__ = ["EXCEPTION_HANDLERS", "answer_problem"]

_ = catalogue(__name__)

log = logging.getLogger(__name__)

_SLUGS = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    408: "request-timeout",
    413: "too-large",
    414: "address-too-long",
    415: "unsupported-media-type",
    429: "too-many-requests",
    431: "headers-too-large",
    503: "busy",
}


def problem_of(error: Exception) -> Problem:
    """What to tell about an exception. What nobody foresaw tells nothing of itself; it is in the log."""
    match error:
        case Problem():
            return error
        case ValidationException():
            fields = [each for each in (error.extra or []) if isinstance(each, dict)]
            errors = tuple(FieldError(str(f.get("key", "")), str(f.get("message", ""))) for f in fields)
            return Problem("invalid", _("Some parameters are not valid."), errors=errors)
        case HTTPException():
            slug = _SLUGS.get(error.status_code, "internal-error" if error.status_code >= 500 else "malformed")
            detail = error.detail if error.status_code == 400 else ""
            return Problem(slug, detail, headers={k: v for k, v in (error.headers or {}).items() if k == "Allow"})
        case _ if is_away(error):
            log.error("the database does not answer: %s", error)
            return Problem("busy", _("The database does not answer at the moment; nothing was changed."))
        case sa.exc.DataError():
            return Problem("invalid", _("A value cannot be stored as it is."))
        case RecursionError():
            return Problem("malformed", _("The request is nested too deeply."))
        case _:
            return Problem("internal-error", _("Something went wrong here; the operator can find it in the log."))


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    problem = problem_of(error)
    if problem.status == 500:
        log.error("%s %s failed", request.method, request.scope["path"], exc_info=error)
    if problem.status == 405:
        problem.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answer_problem(request, problem)


def _methods(request: Request[Any, Any, Any]) -> set[str]:
    """What can be done at the request's path, as the routes say; a fixed path goes before one with parameters."""
    path = request.url.path.rstrip("/")
    routes = [route for route in request.app.routes if isinstance(route, HTTPRoute)]
    for route in sorted(routes, key=lambda route: "{" in route.path_format):
        if re.fullmatch(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(route.path_format)), path):
            return {*route.methods, *(["HEAD"] if "GET" in route.methods else [])}
    return set()


def answer_problem(request: Request[Any, Any, Any], problem: Problem, *, briefly: bool = False) -> Response[Any]:
    """The problem in the form that suits who asked; `briefly` a page costs nothing and is in English."""
    if request.scope["path"].startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        request_name = _failed_request(problem)
        return Response(
            msgspec.json.encode(problem.body() | ({"request": request_name} if request_name else {})),
            status_code=problem.status,
            media_type="application/problem+json",
            headers=problem.headers,
        )
    if briefly:
        return _plain_page(problem)
    host = host_of(request)
    pages: list[tuple[str, ErrorPage]] = host.declared("gamehall_error_pages")
    for plugin, page in pages:
        try:
            if (shown := page.render(request, problem)) is not None:
                return shown
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a broken error page must not hide the problem
            host.fault(plugin, "the error page", error)
    return _plain_page(problem)


def _failed_request(problem: Problem) -> str:
    """What the log calls the request in which the hall has failed, so that whoever sees it can tell the operator; empty
    for what is no fault of the hall."""
    return origin().request if problem.status >= 500 else ""


def _plain_page(problem: Problem) -> Response[str]:
    said = [problem.detail]
    if request := _failed_request(problem):
        said.append(_("In the log it is the request {request}.", request=request))
    title = html.escape(problem.title)
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><h1>{title}</h1>{''.join(f'<p>{html.escape(each)}</p>' for each in said)}</html>"
    )
    return Response(page, status_code=problem.status, media_type=MediaType.HTML, headers=problem.headers)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {Exception: answer, HTTPException: answer}
