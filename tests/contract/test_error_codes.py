"""Every error code is listed, so that clients can translate each of them."""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import get_resolver
from rest_framework import exceptions, serializers
from rest_framework_simplejwt import authentication as simplejwt

from config.web import views
from config.web.errors import exception_handler
from deploy.paths import ROOT
from reservations.api.serializers import ConflictSerializer
from reservations.domain.errors import SeatcastError

LISTED = json.loads((Path(__file__).parents[1] / "fixtures" / "refusals.json").read_text())


def test_every_code_is_listed() -> None:
    # Loads all views, and so all errors.
    _ = get_resolver().url_patterns
    codes = {*_of(SeatcastError), *_of(exceptions.APIException), *_of_tokens(), *_written_out()}
    assert sorted(codes) == LISTED["codes"]


def test_every_reason_of_a_conflict_is_listed() -> None:
    reason = ConflictSerializer().fields["reason"]
    assert isinstance(reason, serializers.ChoiceField)
    assert sorted(reason.choices) == LISTED["reasons"]


def _of(base: type[Exception]) -> Iterator[str]:
    for kind in _kinds(base):
        if kind.__module__.startswith("tests."):
            continue
        answer = exception_handler(_made(kind), {})
        assert answer is not None
        yield answer.data["code"]


def _kinds(base: type[Exception]) -> Iterator[type[Exception]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _made(kind: type[Any]) -> Exception:
    needs_what_was_sent = kind in {exceptions.MethodNotAllowed, exceptions.UnsupportedMediaType}
    made: Exception = kind("x") if needs_what_was_sent else kind()
    return made


def _of_tokens() -> Iterator[str]:
    """Return the codes that are raised for invalid tokens."""
    yield from re.findall(r'code="(\w+)"', inspect.getsource(simplejwt))


def _written_out() -> Iterator[str]:
    """Return the codes of responses outside views, including the proxy's."""
    yield from re.findall(r'code="(\w+)"', inspect.getsource(views))
    yield from re.findall(r'"code": "(\w+)"', (ROOT / "deploy" / "Caddyfile").read_text())
