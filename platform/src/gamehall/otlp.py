"""Where traces go: a collector that speaks OTLP over HTTP. Importing this needs `gamehall[otel]`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

__all__ = ["end", "provider"]

log = logging.getLogger(__name__)

_EXPORT_SECONDS = 5.0  # after which the collector is taken to be away
_END_SECONDS = 3.0


class _Sender(SpanExporter):
    """Says once that the collector is away, and once that it is there again. What was to go meanwhile is lost."""

    def __init__(self, url: str) -> None:
        self._exporter = OTLPSpanExporter(url, timeout=_EXPORT_SECONDS)
        self._away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away and not self._away:
            log.warning("traces cannot be sent to otlp_url; they are dropped until they can")
        elif self._away and not away:
            log.warning("traces can be sent again")
        self._away = away
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def provider(url: str, version: str) -> TracerProvider:
    """What makes spans and sends them, in a thread of its own; OpenTelemetry's own variables say how many and how
    often."""
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # it repeats itself while the collector is away
    if urlsplit(url).path in ("", "/"):
        url = f"{url.rstrip('/')}/v1/traces"
    made = TracerProvider(
        resource=Resource.create({"service.name": "gamehall", "service.version": version}), shutdown_on_exit=False
    )
    made.add_span_processor(BatchSpanProcessor(_Sender(url)))
    return made


def end(made: TracerProvider) -> None:
    """Sends what is left, if that can be done soon."""
    ending = threading.Thread(target=made.shutdown, daemon=True)
    ending.start()
    ending.join(_END_SECONDS)
