import base64
import json
import os
import random
import re
import subprocess
from bisect import bisect_right
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from deploy.paths import FRONTEND
from loadtest.report import page, write
from loadtest.report.assets import content_hash, ensure_assets
from loadtest.report.encoding import encoded_changes, encoded_positions
from reservations.events.packing import packed
from tests.loadtest.load_results import BLOCKED, FREE, LOCKED, RESERVED, hall, on_sale, stampede
from tools.browser import ensure_headless_browser
from tools.node import ensure_node

pytestmark = pytest.mark.any_database

HOSTILE = "</script></title><script>hasRun = 1</script><img src=x onerror='hasRun = 1'>\" onx='\\"
_LOOK = Path(__file__).with_name("look_at_report.js")

Result = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def _assets() -> None:
    ensure_assets()


@pytest.fixture(scope="module")
def sale() -> Result:
    return on_sale(seconds=20, a_second=300)


def _numbers(text: str) -> Iterator[int]:
    number = shift = 0
    for byte in base64.b64decode(text):
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0


def _signed(number: int) -> int:
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def test_encoded_changes_decode_to_the_same() -> None:
    flat = [0, 49_999, LOCKED, 3, 0, LOCKED, 3, 49_999, RESERVED, 90_000_000, 7, FREE]
    numbers = list(_numbers(encoded_changes(flat)))
    back, ms, index = [], 0, 0
    for first, second in zip(numbers[::2], numbers[1::2], strict=True):
        ms += first >> 2
        index += _signed(second)
        back += [ms, index, first & 3]
    assert back == flat


def test_positions_keep_one_decimal_on_both_sides_of_zero() -> None:
    xs, ys = [0.0, -12.3, 4_000.7], [5.5, 5.5, -0.1]
    steps = [_signed(number) / 10 for number in _numbers(encoded_positions(xs, ys))]
    assert steps == pytest.approx([0.0, 5.5, -12.3, 0.0, 4_013.0, -5.6])


def test_the_report_of_fifty_thousand_seats_stays_small(sale: Result, tmp_path: Path) -> None:
    rng, seats = random.Random(3), 50_000
    changes = [
        number
        for change in range(150_000)
        for number in (change * 4 // 10, rng.randrange(seats), rng.randrange(3))
    ]
    result = sale | {
        "event": {
            "id": 1,
            "name": "Stadium night",
            "seats": seats,
            "x": [round(rng.uniform(0, 8_000), 1) for _ in range(seats)],
            "y": [round(rng.uniform(0, 6_000), 1) for _ in range(seats)],
        },
        "replay": {"statuses": packed(bytes(seats)), "changes": changes},
    }
    write(result, tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size < 3_000_000


class _Reader(HTMLParser):
    """Keeps a page's words, its elements, and its scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": []}
        self._open = ""
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, _: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in self.inside:
            self.inside[self._open].append(data)
        else:
            self.words.append(data)

    def headings(self) -> list[str]:
        return [text for text in _SECTIONS if text in self.words]

    def charts(self) -> list[str]:
        return [found for _, attrs in self.tags if (found := attrs.get("data-chart"))]


_SECTIONS = (
    "Latency over time",
    "Percentiles",
    "Throughput and seats",
    "Viewers",
    "Server",
    "Outcomes",
    "The seats, as it happened",
)


def _read(result: Result) -> _Reader:
    return _Reader(page(result))


def test_a_complete_result_has_all_sections(sale: Result) -> None:
    read = _read(sale)
    assert read.headings() == list(_SECTIONS)
    assert read.charts() == [
        *("latency-0", "latency-1", "percentiles", "throughput", "seats-left"),
        *("lag", "cpu", "memory"),
    ]


def test_sold_seats_exclude_those_reserved_before_the_run() -> None:
    result = stampede(seats=8)
    statuses = bytes([RESERVED, FREE, FREE, BLOCKED, FREE, FREE, FREE, FREE])
    changes = [1, 1, LOCKED, 2, 2, LOCKED, 3, 1, RESERVED, 4, 2, FREE, 5, 4, LOCKED]
    result["replay"] = {"statuses": packed(statuses), "changes": changes}
    assert "Seats sold 1 of 8, and 1 locked at the end" in _read(result).text


def test_failed_checks_come_first_with_details() -> None:
    result = stampede()
    result["verdict"] = {
        "is_clean": False,
        "checks": [
            {"name": "No answer 500", "is_ok": True, "detail": "none"},
            {"name": "No seat sold twice", "is_ok": False, "detail": "A7 in bookings 3 and 9"},
        ],
    }
    text = _read(result).text
    assert "Not clean: 1 check failed ✕ No seat sold twice failed. A7 in bookings 3 and 9" in text
    assert "Seats sold twice Some A7 in bookings 3 and 9" in text


def test_missing_responses_are_failures_and_refusals_are_not() -> None:
    result = stampede()
    result["outcomes"] |= {"lock none TimeoutError": 1_000, "lock 503 database_away": 1}
    text = _read(result).text
    assert "lock refused 409 seat unavailable 999 49.9 %" in text
    assert "lock failed no answer TimeoutError 1,000 50.0 %" in text
    assert "lock failed 503 database away 1 < 0.1 %" in text


def test_unknown_figures_of_a_remote_site_are_omitted() -> None:
    result = stampede() | {"viewers": None, "replay": None, "service": {}}
    for row in result["timeline"]:
        row |= {"seats_left": None, "viewers": None, "server": None}
    read = _read(result)
    assert read.charts() == ["latency-0", "percentiles", "throughput"]
    assert "The seats, as it happened" not in read.headings()
    assert "Seats sold twice 0" in read.text


def test_an_empty_run_has_a_verdict() -> None:
    result = stampede() | {
        **{"seconds": 0.0, "timeline": [], "calls": {}, "service": {}, "outcomes": {}},
        **{"replay": None, "event": None, "machine": None, "parameters": {}},
    }
    read = _read(result)
    assert read.headings() == []
    assert "Clean" in read.words


def test_a_run_of_one_row_has_numbers_and_no_time_charts() -> None:
    result = stampede(people=40) | {"seconds": 0.1}
    result["timeline"] = result["timeline"][:1]
    result["timeline"][0] |= {
        "t": 0.1,
        "calls": {"lock": {"count": 40, "p50": 70.0, "p90": 80.0, "p99": 90.0, "max": 90.0}},
        "server": {"cpu": {"API": 82.4}, "memory_mb": {"API": 223.8}},
    }
    read = _read(result)
    assert read.charts() == ["percentiles"]
    assert "Locks a second, at peak 10 10 on average, beside 390 that were refused" in read.text
    assert "API 82 % 82 % 224 MB" in read.text


def test_a_short_last_row_is_not_used_for_rates() -> None:
    result = stampede() | {"seconds": 1.01}
    a_row = {"count": 10, "p50": 1.0, "p90": 1.0, "p99": 1.0, "max": 1.0}
    result["timeline"] = [
        {"t": end, "calls": {"lock": a_row}, "outcomes": {"lock 200": 10}}
        for end in (0.5, 1.0, 1.01)
    ]
    assert "Locks a second, at peak 20" in _read(result).text


def test_a_result_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="version 2, not 1"):
        write(stampede() | {"version": 2}, tmp_path / "page.html")


# What is in these has names that the load or the site gives.
_NAMED_ELSEWHERE = ("calls", "service", "outcomes", "cpu", "memory_mb", "parameters")


def _hostile(value: Any, name: str = "") -> Any:
    """Return the same with a script at the end of every text, and of the names that vary."""
    if isinstance(value, dict):
        end = f" {HOSTILE}" if name in _NAMED_ELSEWHERE else ""
        return {f"{key}{end}": _hostile(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_hostile(part) for part in value]
    return f"{value} {HOSTILE}" if isinstance(value, str) else value


def _with_hostile_texts(result: Result) -> Result:
    hostile: Result = _hostile(result)
    hostile["replay"] = result["replay"]
    return hostile


def test_no_text_of_a_result_becomes_an_element_or_an_attribute(sale: Result) -> None:
    usual, hostile = _read(sale), _read(_with_hostile_texts(sale))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in usual.tags]
    names = [set(attrs) for _, attrs in usual.tags]
    assert [set(attrs) for _, attrs in hostile.tags] == names


def test_the_page_makes_no_requests(sale: Result) -> None:
    html = page(sale)
    assert not [attrs for _, attrs in _Reader(html).tags if {"src", "href"} & set(attrs)]
    assert not re.search(r"url\(|@import", "".join(_Reader(html).inside["style"]))


def test_the_policy_allows_exactly_the_pages_scripts_and_styles(sale: Result) -> None:
    read = _read(sale)
    policy = next(attrs["content"] for _, attrs in read.tags if "http-equiv" in attrs)
    _, *scripts = read.inside["script"]
    hashes = {content_hash(text) for text in (*scripts, *read.inside["style"])}
    assert policy
    assert set(re.findall(r"'[^']+'", policy)) == hashes | {"'none'"}


def _look(path: Path, *moments: float) -> dict[str, Any]:
    node = ensure_node()
    environment = {
        **os.environ,
        **node.environment(),
        "CHROME": ensure_headless_browser(node),
        "FRONTEND": str(FRONTEND),
        "PAGE": path.as_uri(),
        "MOMENTS": json.dumps(moments),
    }
    looked = subprocess.run(
        [str(node.bin_dir / "node"), str(_LOOK)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert looked.returncode == 0, looked.stderr
    seen: dict[str, Any] = json.loads(looked.stdout)
    return seen


def _counts(result: Result, ms: float) -> list[int]:
    """Return how many seats are free, locked, reserved and blocked at a moment."""
    flat = result["replay"]["changes"]
    codes = base64.b64decode(result["replay"]["statuses"])
    statuses = [codes[seat // 4] >> seat % 4 * 2 & 3 for seat in range(result["event"]["seats"])]
    until = bisect_right(flat[::3], ms)
    for index, status in zip(flat[1 : 3 * until : 3], flat[2 : 3 * until : 3], strict=True):
        statuses[index] = status
    return [statuses.count(code) for code in range(4)]


@pytest.mark.thorough
def test_a_browser_replays_the_seats_without_requests(tmp_path: Path) -> None:
    sale = on_sale(places=hall(6_000), seconds=20, a_second=900)
    assert len(sale["replay"]["changes"]) // 3 > 3 * 2_048, "so few that all is one keyframe"
    # In time, against it, and both by far and by little.
    moments = (0.1, 0.12, 0.9, 0.89, 0.3, 0.0, 1.0)
    write(sale, tmp_path / "page.html")
    seen = _look(tmp_path / "page.html", *moments)
    assert seen["complaints"] == []
    assert all(url.startswith(("file:", "blob:")) for url in seen["asked"])
    assert seen["charts"] == 8
    assert seen["picture"] == "PNG"
    at = [moment["ms"] for moment in seen["moments"]]
    assert at == pytest.approx([20_000 * part for part in (*moments, 0, 1)], abs=20)
    counts = [moment["counts"] for moment in seen["moments"]]
    assert counts == [_counts(sale, ms) for ms in at]


def test_a_hostile_result_does_nothing_in_a_browser(sale: Result, tmp_path: Path) -> None:
    write(_with_hostile_texts(sale), tmp_path / "page.html")
    seen = _look(tmp_path / "page.html")
    assert seen["complaints"] == []
    assert seen["hasRun"] is False
    assert seen["charts"] == 8
