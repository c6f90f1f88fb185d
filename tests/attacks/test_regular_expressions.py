"""Every regular expression of the servers takes at most linear time.

Patterns are found in the code, so new ones are tested without being listed here: calls of `re`, URL
patterns, and validators of models and serializers. Each is matched against texts built from its own
parts; its time is compared only with that for a shorter text of the same kind.
"""

import ast
import importlib
import itertools
import re
import time
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.serializers import BaseSerializer

from deploy.paths import ROOT
from realtime.routing import websocket_urlpatterns

pytestmark = pytest.mark.any_database

PACKAGES = (
    *("accounts", "config", "doors", "organisations", "realtime", "reservations"),
    *("infrastructure", "webhooks"),
)
LONGEST = 4_000
PATH = re.compile("^r/(?P<content_type_id>.+)/(?P<object_id>.+)/\\Z")
"""Django's own, of the admin. It is quadratic, so `config/web/request_limits.py` bounds a path."""

GROWTH = 4
"""The factor by which the text grows: linear time grows by 4, quadratic time by 16."""
MOST = 8.0
# Shorter times are lost in the overhead of reading the clock.
_MEASURABLE_SECONDS = 0.000_5

AnyPattern = re.Pattern[str] | re.Pattern[bytes]


def _modules() -> Iterator[Path]:
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            if "migrations" not in file.parts:
                yield file


def _calls_of_re(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr != "escape"
        ):
            yield node


def _in_code() -> Iterator[tuple[str, AnyPattern]]:
    """Yield each name and pattern in the code; arguments must be constants of their module."""
    for file in _modules():
        for call in _calls_of_re(file):
            name = file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
            module = vars(importlib.import_module(name))
            pattern = eval(compile(ast.Expression(call.args[0]), name, "eval"), module)
            others = [*call.args[1:], *(word.value for word in call.keywords)]
            flags = re.NOFLAG
            for argument in others:
                if ast.unparse(argument).startswith("re."):
                    flags |= eval(ast.unparse(argument))
            yield f"{name}:{call.lineno}", re.compile(pattern, flags)


def _of_urls(patterns: Any, place: str) -> Iterator[tuple[str, AnyPattern]]:
    for found in patterns:
        yield f"{place}{found.pattern}", found.pattern.regex
        if isinstance(found, URLResolver):
            yield from _of_urls(found.url_patterns, f"{place}{found.pattern}")
        else:
            assert isinstance(found, URLPattern)


def _serializers(kind: type[BaseSerializer[Any]]) -> Iterator[type[BaseSerializer[Any]]]:
    for found in kind.__subclasses__():
        yield from _serializers(found)
        if found.__module__.startswith(PACKAGES):
            yield found


def _of_validators() -> Iterator[tuple[str, AnyPattern]]:
    ours = [model for model in apps.get_models() if model.__module__.startswith(PACKAGES)]
    fields = [(str(field), field) for model in ours for field in model._meta.fields]
    for kind in _serializers(BaseSerializer):
        declared: dict[str, Any] = getattr(kind, "_declared_fields", {})
        fields += [(f"{kind.__name__}.{name}", field) for name, field in declared.items()]
    for name, field in fields:
        for validator in field.validators:
            for attribute in ("regex", "user_regex", "domain_regex"):
                if pattern := getattr(validator, attribute, None):
                    yield f"{name} {attribute}", re.compile(pattern)


def _found() -> dict[AnyPattern, str]:
    by_pattern: dict[AnyPattern, str] = {re.compile(settings.CORS_URLS_REGEX): "CORS_URLS_REGEX"}
    urls = [*get_resolver().url_patterns, *websocket_urlpatterns]
    for place, pattern in (*_in_code(), *_of_urls(urls, "/"), *_of_validators()):
        by_pattern.setdefault(pattern, place)
    del by_pattern[PATH]
    return by_pattern


def _characters(parsed: Any) -> Iterator[str]:
    """Yield the literal texts of a pattern, and a character of each of its classes."""
    literal = ""
    for operation, value in parsed:
        if operation is _constants.LITERAL:
            literal += chr(value)
            continue
        if literal:
            yield literal
            literal = ""
        yield from _of_operation(operation, value)
    if literal:
        yield literal


def _of_operation(operation: Any, value: Any) -> Iterator[str]:
    by_category = {"SPACE": " ", "DIGIT": "7", "WORD": "w"}
    if operation is _constants.IN:
        yield from itertools.chain.from_iterable(_of_operation(*item) for item in value)
    elif operation is _constants.RANGE:
        yield chr(value[0])
    elif operation is _constants.LITERAL:
        yield chr(value)
    elif operation is _constants.CATEGORY:
        yield by_category.get(str(value).rpartition("_")[2], "w")
    elif operation is _constants.BRANCH:
        for branch in value[1]:
            yield from _characters(branch)
    elif isinstance(value, tuple | list):
        for part in value:
            if isinstance(part, _parser.SubPattern):
                yield from _characters(part)


def _pieces(pattern: AnyPattern) -> list[str]:
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode()
    found = dict.fromkeys(_characters(_parser.parse(source, pattern.flags & ~re.DEBUG)))
    # The shortest ones: long words would only slow down the test.
    return sorted([*found, "x"], key=len)[:8]


def _texts(pattern: AnyPattern) -> Iterator[tuple[str, str]]:
    """Yield prefixes, and texts to repeat after them."""
    pieces = _pieces(pattern)
    pairs = ["".join(pair) for pair in itertools.permutations(pieces, 2)]
    for beginning in ("", *pieces):
        for repeated in (*pieces, *pairs):
            yield beginning, repeated


def _seconds(pattern: AnyPattern, text: str) -> float:
    # A character that makes the match fail, so that backtracking tries all alternatives.
    given: Any = f"{text}\0" if isinstance(pattern.pattern, str) else f"{text}\0".encode()
    began = time.thread_time()
    for _ in pattern.finditer(given):
        pass
    return time.thread_time() - began


def growth(pattern: AnyPattern, beginning: str, repeated: str) -> float:
    """Return the growth in time for a text GROWTH times as long; 0 if both are fast."""
    count = 8
    while _seconds(pattern, beginning + repeated * count) < _MEASURABLE_SECONDS:
        # In small steps, because time can be exponential.
        count = count + max(1, count // 4)
        if count * len(repeated) > LONGEST:
            return 0.0
    short, long = beginning + repeated * count, beginning + repeated * (GROWTH * count)
    if _seconds(pattern, beginning + repeated * (count + count // 2)) > 10 * _MEASURABLE_SECONDS:
        return float("inf")
    # The fastest of several runs: other load only adds time.
    times = [(_seconds(pattern, long), _seconds(pattern, short)) for _ in range(7)]
    return min(time for time, _ in times) / min(time for _, time in times)


PATTERNS = _found()


@pytest.mark.thorough
@pytest.mark.parametrize("pattern", PATTERNS, ids=PATTERNS.values())
def test_matching_time_grows_linearly_with_the_text(pattern: AnyPattern) -> None:
    for beginning, repeated in _texts(pattern):
        assert growth(pattern, beginning, repeated) < MOST, (beginning, repeated)


def test_patterns_of_every_kind_are_found() -> None:
    places = " ".join(PATTERNS.values())
    for part in (
        "config.web.logs:",
        "config.web.request_ids:",
        "ws/events/",
        "/api/events/",
        "regex",
    ):
        assert part in places


@pytest.mark.thorough
@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:^|,)\s*(gzip|\*)\s*(?:;\s*q\s*=\s*([\d.]+))?\s*(?=,|$)",
        r"\beyJ[\w-]+\.[\w-]+\.[\w-]*",
        r"(a+)+$",
    ],
)
def test_a_vulnerable_pattern_is_detected(pattern: str) -> None:
    found = re.compile(pattern)
    assert any(growth(found, *text) >= MOST for text in _texts(found))
