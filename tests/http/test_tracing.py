"""Traces: requests, jobs and what is asked elsewhere, without secrets; nothing of it where nobody wants it."""

import subprocess
import sys
from typing import Any

import msgspec
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from martlet import app
from martlet.services.ports import Ground
from martlet.settings import Settings, WrongSetting, load
from tests.client import Api
from tests.receiving import Receiver


def test_requests_jobs_and_what_is_asked_elsewhere_are_traced_without_secrets(
    ground: Ground, settings: Settings
) -> None:
    collector = Receiver()
    with collector.listening() as address:
        wanted = msgspec.structs.replace(
            settings, otel_endpoint=f"{address}/v1/traces", allow_private_addresses=True
        )
        built = app.build_on(ground, wanted)
        tracer, kept = built.application.tracer, InMemorySpanExporter()
        tracer.provider.add_span_processor(SimpleSpanProcessor(kept))  # type: ignore[union-attr]  # it is OtelTracer
        api = Api(built)
        owner = api.person("owner", "read write admin:write", role="owner")
        hook = {"url": f"{address}/hook/a-secret-of-the-hook", "events": ["status.created"]}
        api.post("/api/v1/admin/webhooks", owner, json=hook)
        reply = api.post("/api/v1/statuses?access_token=very-secret", owner, form={"status": "xyzzy"})
        api.get("/invite/a-secret-of-a-link")
        api.work()
        spans: dict[str, dict[str, Any]] = {
            span.name: dict(span.attributes or {}) for span in kept.get_finished_spans()
        }
        assert spans["POST request"]["http.response.status_code"] == 200
        assert spans["POST request"]["martlet.cause"] == reply.headers["x-request-id"]
        assert spans["job tell_hook"]["martlet.cause"].endswith(f"<{reply.headers['x-request-id']}")
        assert spans["POST elsewhere"]["server.address"] == "127.0.0.1"
        told = str(spans)
        for secret in ("very-secret", "a-secret-of", "xyzzy", owner.token):
            assert secret not in told
        tracer.close()  # type: ignore[union-attr]
    exported = [body for path, _, body in collector.received if path == "/v1/traces"]
    assert any(b"martlet" in body for body in exported)
    assert not any(b"very-secret" in body for body in exported)
    api.close()


def test_nothing_of_it_is_loaded_where_nobody_wants_it() -> None:
    loaded = (
        "import sys, martlet.app; print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_address_that_is_none_stops_the_start() -> None:
    with pytest.raises(WrongSetting, match="otel_endpoint"):
        load(environment={"MARTLET_OTEL_ENDPOINT": "collector:4318"})
