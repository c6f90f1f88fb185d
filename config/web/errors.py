"""The format of every error over HTTP: `{"error": sentence, "code": word, …details}`.

It includes the request's id, which users can quote to support.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from config.web import metrics
from config.web.request_ids import request_id
from reservations.domain import errors

RETRY_SECONDS = 2

# The first matching class decides.
_STATUS_BY_KIND: list[tuple[type[errors.SeatcastError], int]] = [
    (errors.NotFound, status.HTTP_404_NOT_FOUND),
    (errors.SignInFirst, status.HTTP_401_UNAUTHORIZED),
    (errors.MembersOnly, status.HTTP_403_FORBIDDEN),
    (errors.NotPermitted, status.HTTP_403_FORBIDDEN),
    (errors.EmailNotVerified, status.HTTP_403_FORBIDDEN),
    (errors.InvalidContent, status.HTTP_400_BAD_REQUEST),
    (errors.Conflict, status.HTTP_409_CONFLICT),
    (errors.PaymentDeclined, status.HTTP_402_PAYMENT_REQUIRED),
    (errors.KeyReused, status.HTTP_422_UNPROCESSABLE_ENTITY),
    (errors.Unavailable, status.HTTP_503_SERVICE_UNAVAILABLE),
]

_CODE_BY_DRF_CODE = {"parse_error": "malformed", "authentication_failed": "invalid_token"}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:  # noqa: ARG001
    """Return the response to an exception, or None for an unexpected one, which becomes a 500."""
    set_rollback()
    if found := http_error(error):
        return Response(found.body, status=found.status, headers=found.headers)
    match error:
        case exceptions.ValidationError():
            return _validation_error(error)
        case exceptions.APIException():
            return _drf_error(error)
        case Http404():
            return _error_response(404, "not_found", "There is nothing here.")
        case PermissionDenied():
            return _error_response(403, "permission_denied", "You may not do this.")
        case SuspiciousOperation() | BadRequest() | UnreadablePostError():
            return _error_response(400, "malformed", "The request cannot be read.")
    return None


def error_page(request: HttpRequest, *, status: int, code: str, sentence: str) -> JsonResponse:  # noqa: ARG001
    """Return an error response outside of the API's views."""
    response = JsonResponse(error_body(code, sentence), status=status)
    if status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


@dataclass(frozen=True, slots=True)
class HttpError:
    """An error response: its status, body and additional headers."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


def http_error(error: Exception) -> HttpError | None:
    """Return the response to a domain error or an unavailable database; None for other errors."""
    if isinstance(error, OperationalError | InterfaceError):
        error = errors.Unavailable()
    if not isinstance(error, errors.SeatcastError):
        return None
    status_code = next(status for kind, status in _STATUS_BY_KIND if isinstance(error, kind))
    headers = {}
    if isinstance(error, errors.Unavailable | errors.InProgress):
        headers["Retry-After"] = str(RETRY_SECONDS)
    if status_code == status.HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return HttpError(status_code, error_body(error.code, error.sentence, **error.details), headers)


def error_body(code: str, sentence: str, **details: Any) -> dict[str, Any]:
    """Count an error and return its body."""
    metrics.refusal(code).inc()
    return {"error": sentence, "code": code, "request_id": request_id(), **details}


def _validation_error(error: exceptions.ValidationError) -> Response:
    field_errors = _field_errors(error.detail)
    fields = {name: list(found) for name, found in field_errors.items()}
    codes = {name: list(found.values()) for name, found in field_errors.items()}
    name, sentences = next(iter(fields.items()))
    prefix = "" if name == "body" else f"{name}: "
    return _error_response(
        400, "invalid", f"{prefix}{sentences[0]}", fields=fields, field_codes=codes
    )


def _field_errors(detail: Any) -> dict[str, dict[str, str]]:
    """Flatten DRF's nested details into `{field: {sentence: code}}`; `body` is the whole body."""
    by_field = detail if isinstance(detail, dict) else {"body": detail}
    return {
        "body" if name == "non_field_errors" else str(name): {
            str(leaf): getattr(leaf, "code", "invalid") for leaf in _leaves(found)
        }
        for name, found in by_field.items()
    }


def _leaves(detail: Any) -> list[Any]:
    if isinstance(detail, dict):
        return [leaf for found in detail.values() for leaf in _leaves(found)]
    if isinstance(detail, list | tuple):
        return [leaf for found in detail for leaf in _leaves(found)]
    return [detail]


def _drf_error(error: exceptions.APIException) -> Response:
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    detail = error.detail
    sentence = str(detail)
    if isinstance(detail, dict):
        # simplejwt's details carry their own code beside the sentence.
        found: dict[Any, Any] = detail
        code, sentence = str(found.get("code", code)), str(found.get("detail", ""))
    details: dict[str, Any] = getattr(error, "details", {})
    response = _error_response(
        error.status_code, _CODE_BY_DRF_CODE.get(code, code), sentence, **details
    )
    if auth_header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = auth_header
    if (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _error_response(status_code: int, code: str, sentence: str, **details: Any) -> Response:
    return Response(error_body(code, sentence, **details), status=status_code)
