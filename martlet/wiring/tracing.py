"""Traces by OpenTelemetry. Loaded only where a setting names who takes them; needs the extra `otel`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, Status, StatusCode

from martlet.model.causes import CAUSE
from martlet.model.tracing import Kind

if TYPE_CHECKING:
    from opentelemetry.trace import Span as OtelSpan

    from martlet.model.server import Server

KINDS: Final[Mapping[Kind, SpanKind]] = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "consumer": SpanKind.CONSUMER,
}
ENDING_MS: Final = 3000


class OtelTracer:
    """See `model.tracing.Tracer`. Spans wait in memory and go out in another thread; what does not fit is dropped."""

    def __init__(self, here: "Server", percent: int) -> None:
        resource = Resource.create(
            {
                "service.name": "martlet",
                "service.version": here.version,
                "service.instance.id": f"{here.host}/{here.ids.slot}",
            }
        )
        self.provider = TracerProvider(
            resource=resource, sampler=ParentBased(TraceIdRatioBased(percent / 100)), shutdown_on_exit=False
        )
        self._tracer = self.provider.get_tracer("martlet")

    def export_to(self, endpoint: str) -> None:
        """OTLP over HTTP, to this address."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        self.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5)))

    @contextmanager
    def span(self, name: str, kind: Kind, said: Mapping[str, str | int]) -> Iterator["_Span"]:
        """An error that leaves the block is told by its kind alone: its words may be anybody's."""
        with self._tracer.start_as_current_span(
            name,
            kind=KINDS[kind],
            attributes={**said, "martlet.cause": CAUSE.get()},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _Span(span)
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def close(self) -> None:
        """Send what waits, if that is quick. Blocks."""
        self.provider.force_flush(ENDING_MS)
        self.provider.shutdown()


class _Span:
    def __init__(self, span: "OtelSpan") -> None:
        self._span = span

    def set(self, name: str, value: str | int) -> None:
        self._span.set_attribute(name, value)
