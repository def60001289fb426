"""Traces, by OpenTelemetry, where the operator wants them and has installed it (`gamehall[otel]`): requests with their
transactions, what is asked of plugins, and mails.

OpenTelemetry is imported by `begin`, and only then. Until it is called nothing here does anything.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from gamehall.settings import Settings, SettingsError

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

__all__ = ["answer_begun", "begin", "check", "marked", "part", "request", "trace_id", "whole"]

_PACKAGES = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")
_CARRIED = ("traceparent", "tracestate")

F = TypeVar("F", bound=Callable[..., Any])

_tracer: Tracer | None = None


def check(settings: Settings) -> None:
    """Raises SettingsError where traces are wanted and cannot be made."""
    if not settings.otlp_url:
        return
    if not settings.otlp_url.startswith(("http://", "https://")):
        raise SettingsError("GAMEHALL_OTLP_URL must be an address of a collector, such as http://127.0.0.1:4318")
    try:
        for name in _PACKAGES:
            import_module(name)
    except ImportError as error:
        raise SettingsError(
            f"GAMEHALL_OTLP_URL is set, but what makes traces is not installed ({error.name}). "
            "Do: pip install gamehall[otel]"
        ) from error


@contextlib.contextmanager
def begin(settings: Settings, version: str) -> Iterator[None]:
    """Traces what this process does in this block, if the settings say where to. Raises SettingsError as `check`."""
    global _tracer
    if not settings.otlp_url:
        yield
        return
    check(settings)
    from gamehall import otlp

    made = otlp.provider(settings.otlp_url, version)
    _tracer = made.get_tracer("gamehall", version)
    try:
        yield
    finally:
        _tracer = None
        otlp.end(made)


def request(scope: Mapping[str, Any], trusted: Callable[[], bool]) -> contextlib.AbstractContextManager[Span | None]:
    """The span of a request; one that comes by a proxy which is `trusted` goes on with the trace that it names.

    An address can hold a code that is nobody else's business, so that only the route's template is told, once that is
    known.
    """
    if _tracer is None:
        return contextlib.nullcontext()
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carried = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    told = {name: carried[name] for name in _CARRIED if name in carried} if trusted() else {}
    return _tracer.start_as_current_span(
        scope["method"],
        TraceContextTextMapPropagator().extract(told),
        SpanKind.SERVER,
        {"http.request.method": scope["method"]},
        record_exception=False,
    )


def answer_begun(span: Span | None, route: str, status: int, *, endless: bool) -> None:
    """Puts down what a request was and how it is answered. An answer without an end, a stream of events, is no part of
    its span: it would be told of hours later, and each look at the stream's rights with it."""
    if span is None:
        return
    from opentelemetry.trace import StatusCode

    if route:
        span.update_name(route)
        span.set_attribute("http.route", route.partition(" ")[2])
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)
    if endless:
        span.end()


@contextlib.contextmanager
def part(*words: str | Callable[..., Any]) -> Iterator[None]:
    """What is done in this block is a part of what is traced now, if anything is. Its words are its name; a function
    among them is named by its module and its own name."""
    if _tracer is None or not _present().is_recording():
        yield
        return
    with whole(" ".join(word if isinstance(word, str) else _name(word) for word in words)):
        yield


@contextlib.contextmanager
def whole(name: str) -> Iterator[None]:
    """What is done in this block is traced, also where nobody has asked for it by a request."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield
        except BaseException as error:  # its text can hold what was typed
            span.set_attribute("error.type", type(error).__name__)
            raise


def marked(fn: F) -> F:
    """The same function, which puts down in its transaction's span when it begins: before that it has waited."""
    if _tracer is None:
        return fn

    def run(*args: Any, **kwargs: Any) -> Any:
        _present().add_event("begun")
        return fn(*args, **kwargs)

    return run  # type: ignore[return-value]  # it takes and gives the same


def trace_id() -> str:
    """The trace that the present work belongs to, in 32 digits; empty where nothing is traced."""
    if _tracer is None:
        return ""
    context = _present().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def _name(fn: Callable[..., Any]) -> str:
    module = getattr(fn, "__module__", "").removeprefix("gamehall.")
    return f"{module}.{getattr(fn, '__name__', type(fn).__name__)}"


def _present() -> Span:
    from opentelemetry.trace import get_current_span

    return get_current_span()
