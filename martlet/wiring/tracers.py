"""Who traces requests and jobs, from settings: mostly nobody, and then nothing is loaded."""

from typing import TYPE_CHECKING

from martlet.services.ports import Ground
from martlet.settings import Settings

if TYPE_CHECKING:
    from martlet.wiring.tracing import OtelTracer


def tracer_for(ground: Ground, settings: Settings) -> "OtelTracer | None":
    """To be closed at the end."""
    if not settings.otel_endpoint:
        return None
    from martlet.wiring.tracing import OtelTracer  # noqa: PLC0415 - not everybody wants it

    made = OtelTracer(ground.here, settings.otel_percent)
    made.export_to(settings.otel_endpoint)
    return made
