"""Optional traces by OpenTelemetry and error reports to Sentry.

Neither is imported unless its variable is set; their packages are in
`requirements/observability.txt`. Nothing is sent that logs may not contain.
"""

import os
from typing import Any

from django.conf import settings

from config.web.logs import without_secrets
from config.web.request_ids import HEADER, request_id

_TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"

# The only fields of a request that are sent.
_REQUEST_FIELDS = ("method", "url")


def start_telemetry() -> None:
    """Start what is configured. Call it in each process before Django's handler is created.

    Raises: ImportError if the packages are not installed.
    """
    if settings.SENTRY_DSN:
        _start_sentry(settings.SENTRY_DSN)
    if is_tracing():
        _start_tracing()


def is_tracing() -> bool:
    """Return whether requests are traced."""
    return bool(os.environ.get(_TRACES_ENDPOINT))


def scrubbed(event: dict[str, Any], _hint: object = None) -> dict[str, Any]:
    """Return a Sentry event without cookies, headers, bodies, query strings and tokens.

    Local variables are never sent: passwords are among them.
    """
    request = event.get("request", {})
    event["request"] = {name: request[name] for name in _REQUEST_FIELDS if name in request}
    event.pop("user", None)
    event.pop("breadcrumbs", None)
    event.setdefault("tags", {})["request_id"] = request_id()
    found: dict[str, Any] = _without_secrets(event)
    return found


def _without_secrets(value: Any) -> Any:
    match value:
        case str():
            return without_secrets(value)
        case dict():
            return {name: _without_secrets(found) for name, found in value.items()}
        case list() | tuple():
            return [_without_secrets(found) for found in value]
        case _:
            return value


def _start_sentry(dsn: str) -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        release=f"seatcast@{settings.SEATCAST_VERSION}",
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=scrubbed,
    )


def _start_tracing() -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import Status

    os.environ.setdefault("OTEL_SERVICE_NAME", "seatcast")

    class RedactingProcessor(BatchSpanProcessor):  # type: ignore[misc]
        """Exports that a span failed without the exception's message, which may be any text."""

        def on_end(self, span: Any) -> None:
            span._status = Status(span.status.status_code)
            super().on_end(span)

    # Exceptions are also recorded as events of the span.
    provider = TracerProvider(span_limits=SpanLimits(max_events=0))
    provider.add_span_processor(RedactingProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(response_hook=_redact_span)


def _redact_span(span: Any, request: Any, response: Any) -> None:
    """Add the request's id; remove the client's address, user agent and query string."""
    span.set_attribute("seatcast.request_id", response.headers.get(HEADER, ""))
    span.set_attribute("http.url", without_secrets(request.path))
    for name in ("http.target", "net.peer.ip", "http.client_ip", "http.user_agent"):
        span.set_attribute(name, "")
