"""Views outside of the API: the client's page, the API documentation, and error handlers."""

import sys
from functools import cache
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.password_hashing import TooManySignIns
from config.web.errors import error_page
from config.web.security_headers import CLIENT_POLICY, DOCS_POLICY, POLICY


@require_safe
def client(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Return the client's page. The client has its own router."""
    page = settings.CLIENT_DIR / "index.html"
    if not page.is_file():
        return HttpResponse(
            "The client is not built. Run `make setup`.", status=503, content_type="text/plain"
        )
    headers = {"Cache-Control": "no-cache", POLICY: CLIENT_POLICY}
    return HttpResponse(page.read_bytes(), headers=headers)


class Schema(SpectacularAPIView):
    """The API's schema. Rendered once for each format, because anyone may request it."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        renderer = request.accepted_renderer
        charset = f"; charset={renderer.charset}" if renderer.charset else ""
        name = f"{spectacular_settings.TITLE}.{renderer.format}"
        return HttpResponse(
            _rendered_schema(renderer.media_type),
            content_type=f"{renderer.media_type}{charset}",
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )


@cache
def _rendered_schema(media_type: str) -> str | bytes:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    (renderer,) = (kind for kind in Schema.renderer_classes if kind.media_type == media_type)
    return renderer().render(schema, renderer_context={})


class ApiDocs(SpectacularSwaggerSplitView):
    """Swagger UI, with its script in a separate response."""

    template_name = "api_docs.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response.headers[POLICY] = DOCS_POLICY
        return response


@csrf_exempt
def api_not_found(request: HttpRequest, rest: str | None = None) -> HttpResponseBase:  # noqa: ARG001
    return error_page(request, status=404, code="not_found", sentence="The API has no such call.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001
    return error_page(request, status=400, code="malformed", sentence="The request cannot be read.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001
    return error_page(request, status=404, code="not_found", sentence="There is nothing here.")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Return 503 if the database is unavailable, otherwise 500."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError | TooManySignIns):
        return error_page(
            request,
            status=503,
            code="unavailable",
            sentence="The box office cannot be reached just now. Try again in a moment.",
        )
    return error_page(
        request, status=500, code="server_error", sentence="Something broke on our side."
    )
