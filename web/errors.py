"""What every refusal looks like over HTTP: `{"error": sentence, "code": word, …details}`.

It also names its request, so that a person who was refused can say which it was.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from reservations.domain import errors
from web import metrics
from web.request_ids import request_id

RETRY_SECONDS = 2

# The first kind that fits decides.
_STATUS_BY_KIND: list[tuple[type[errors.SeatcastError], int]] = [
    (errors.NotFound, status.HTTP_404_NOT_FOUND),
    (errors.SignInFirst, status.HTTP_401_UNAUTHORIZED),
    (errors.MembersOnly, status.HTTP_403_FORBIDDEN),
    (errors.NotPermitted, status.HTTP_403_FORBIDDEN),
    (errors.EmailNotVerified, status.HTTP_403_FORBIDDEN),
    (errors.MethodNotOffered, status.HTTP_400_BAD_REQUEST),
    (errors.Conflict, status.HTTP_409_CONFLICT),
    (errors.PaymentDeclined, status.HTTP_402_PAYMENT_REQUIRED),
    (errors.KeyReused, status.HTTP_422_UNPROCESSABLE_ENTITY),
    (errors.Unavailable, status.HTTP_503_SERVICE_UNAVAILABLE),
]

_CODE_BY_DRF_CODE = {"parse_error": "malformed", "authentication_failed": "invalid_token"}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:  # noqa: ARG001
    """Return the answer to a request that failed; None for a fault of ours, which is a 500."""
    set_rollback()
    if found := http_error(error):
        return Response(found.body, status=found.status, headers=found.headers)
    match error:
        case exceptions.ValidationError():
            return _validation_refusal(error)
        case exceptions.APIException():
            return _drf_refusal(error)
        case Http404():
            return _refusal(404, "not_found", "There is nothing here.")
        case PermissionDenied():
            return _refusal(403, "permission_denied", "You may not do this.")
        case SuspiciousOperation() | BadRequest() | UnreadablePostError():
            return _refusal(400, "malformed", "The request cannot be read.")
    return None


def error_page(request: HttpRequest, *, status: int, code: str, sentence: str) -> JsonResponse:  # noqa: ARG001
    """Return a refusal from outside the API's views."""
    response = JsonResponse(error_body(code, sentence), status=status)
    if status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


@dataclass(frozen=True, slots=True)
class HttpError:
    """An answer that refuses: its status, what is in it, and headers that it needs."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


def http_error(error: Exception) -> HttpError | None:
    """Return what a refusal of the domain looks like, or a database that is away; else None."""
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
    """Count a refusal and return what is in it."""
    metrics.refusal(code).inc()
    return {"error": sentence, "code": code, "request_id": request_id(), **details}


def _validation_refusal(error: exceptions.ValidationError) -> Response:
    complaints = _complaints(error.detail)
    fields = {name: list(found) for name, found in complaints.items()}
    codes = {name: list(found.values()) for name, found in complaints.items()}
    name, sentences = next(iter(fields.items()))
    prefix = "" if name == "body" else f"{name}: "
    return _refusal(400, "invalid", f"{prefix}{sentences[0]}", fields=fields, field_codes=codes)


def _complaints(detail: Any) -> dict[str, dict[str, str]]:
    """Flatten DRF's nested details into codes by field and sentence; `body` is the whole of it."""
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


def _drf_refusal(error: exceptions.APIException) -> Response:
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    detail = error.detail
    sentence = str(detail)
    if isinstance(detail, dict):
        # simplejwt's details carry their own code beside the sentence.
        found: dict[Any, Any] = detail
        code, sentence = str(found.get("code", code)), str(found.get("detail", ""))
    details: dict[str, Any] = getattr(error, "details", {})
    response = _refusal(error.status_code, _CODE_BY_DRF_CODE.get(code, code), sentence, **details)
    if auth_header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = auth_header
    if (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _refusal(status_code: int, code: str, sentence: str, **details: Any) -> Response:
    return Response(error_body(code, sentence, **details), status=status_code)
