"""The output of a run: a live table, or lines if the output is no terminal."""

import sys
import threading
from collections.abc import Iterable
from typing import Any, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from loadtest.engine.measures import Json
from loadtest.engine.run import Run

_BARS = " ▁▂▃▄▅▆▇█"
_SPARK_WIDTH = 48


class Display(Protocol):
    """The output of a run."""

    def say(self, text: str) -> None: ...

    def follow(self, run: Run) -> None: ...

    def conclude(self, found: Json) -> None: ...

    def __enter__(self) -> object: ...

    def __exit__(self, *_: object) -> None: ...


def display_for(scenario: str, *, is_plain: bool) -> Display:
    """Return a live table, or plain lines if the output is no terminal."""
    console = Console(highlight=False)
    if is_plain or not console.is_terminal:
        return _Lines(Console(highlight=False, width=max(console.width, 120)), scenario)
    return _Screen(console, scenario)


class _Base:
    def __init__(self, console: Console, scenario: str) -> None:
        self._console = console
        self._scenario = scenario
        self._run: Run | None = None

    def say(self, text: str) -> None:
        self._console.print(text, style="dim")

    def follow(self, run: Run) -> None:
        self._run = run

    def conclude(self, found: Json) -> None:
        self._console.print(summary(found))


class _Screen(_Base):
    """A live table, refreshed twice a second."""

    def __enter__(self) -> object:
        self._live = Live(
            get_renderable=self._picture,
            console=self._console,
            refresh_per_second=2,
            transient=True,
        )
        return self._live.__enter__()

    def __exit__(self, *reason: Any) -> None:
        self._live.__exit__(*reason)

    def _picture(self) -> RenderableType:
        run = self._run
        if run is None:
            return Text("")
        return picture(self._scenario, run)


class _Lines(_Base):
    """A line every few seconds."""

    _EVERY_SECONDS = 5.0

    def __enter__(self) -> object:
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _tell(self) -> None:
        while not self._is_over.wait(self._EVERY_SECONDS):
            if self._run is not None:
                self._console.print(line(self._run), soft_wrap=True)
                sys.stdout.flush()


def line(run: Run) -> str:
    """Return the state of a run as one line."""
    parts = [f"{run.seconds if run.began_ns else 0.0:6.1f} s", run.phase]
    rows = run.measures.timeline
    for name, row in (rows[-1]["calls"] if rows else {}).items():
        parts.append(f"{name} p99 {row['p99']:,.1f} ms")
    if run.pool.viewers:
        parts.append(f"{run.hall.left:,} seats left")
    return " · ".join(parts)


def picture(scenario: str, run: Run) -> RenderableType:
    """Return the state of a run as the live table."""
    rows = run.measures.timeline
    seconds = run.seconds if run.began_ns else 0.0
    planned = float(run.options.seconds)
    head = Text.assemble(
        (f" {scenario} ", "bold reverse"), f"  {run.phase}", (f"   {seconds:,.0f} s", "dim")
    )
    parts: list[RenderableType] = [
        head,
        _progress(min(seconds, planned), planned),
        Text(""),
        _calls_now(run),
    ]
    if rows and rows[-1]["viewers"]:
        parts.append(_viewers_now(rows, run))
    if rows and rows[-1]["server"]:
        parts.append(_server_now(rows))
    violations = [name for name in run.measures.outcomes if name.split()[1][0] in "5n"]
    if violations or run.pool.gap_count:
        detail = [f"{name}: {run.measures.outcomes[name]:,}" for name in violations]
        detail += [f"{run.pool.gap_count:,} gaps"] * bool(run.pool.gap_count)
        parts.append(Text(" · ".join(detail), style="bold red"))
    return Group(*parts)


def _progress(seconds: float, planned: float) -> Table:
    # Otherwise the line would stay open.
    line = Table.grid()
    line.add_row(ProgressBar(total=planned, completed=seconds, width=72))
    return line


def _calls_now(run: Run) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("call", min_width=9)
    for name in ("in all", "a second", "p50 ms", "p90", "p99", "max"):
        table.add_column(name, justify="right", min_width=8)
    table.add_column("p99, lately", style="cyan")
    rows = run.measures.timeline
    recent = rows[-4:]
    covered = recent[-1]["t"] - (rows[-5]["t"] if len(rows) > 4 else 0.0) if recent else 1.0
    for name in run.measures.calls:
        total = sum(
            count for each, count in run.measures.outcomes.items() if each.split()[0] == name
        )
        lately = [row["calls"][name] for row in recent if name in row["calls"]]
        figures = lately[-1] if lately else None
        table.add_row(
            name,
            f"{total:,}",
            f"{sum(each['count'] for each in lately) / covered:,.0f}",
            *(f"{figures[each]:,.1f}" if figures else "" for each in ("p50", "p90", "p99", "max")),
            sparkline(row["calls"].get(name, {}).get("p99") for row in rows),
        )
    return table


def _viewers_now(rows: list[Json], run: Run) -> Text:
    now = rows[-1]["viewers"]
    known = (row["viewers"] for row in reversed(rows) if row["viewers"])
    heard = next((each for each in known if each["p99"] is not None), None)
    text = Text.assemble(("viewers  ", "dim"), f"{now['open']:,} open · {now['frames']:,} frames")
    if heard:
        text.append(f" · click to everyone p50 {heard['p50']:,.0f} ms, p99 {heard['p99']:,.0f} ms")
    if rows[-1]["seats_left"] is not None:
        text.append(f" · {rows[-1]['seats_left']:,} of {len(run.hall.ids):,} seats left")
    return text


def _server_now(rows: list[Json]) -> Text:
    text = Text.assemble(("% CPU    ", "dim"))
    cpu = rows[-1]["server"]["cpu"]
    text.append(" · ".join(f"{kind} {percent:,.0f}" for kind, percent in sorted(cpu.items())))
    return text


def sparkline(values: Iterable[float | None]) -> str:
    """Return the last values as a bar chart of characters."""
    known = list(values)[-_SPARK_WIDTH:]
    top = max((value for value in known if value is not None), default=0.0) or 1.0
    return "".join(
        " " if value is None else _BARS[max(1, round(value / top * (len(_BARS) - 1)))]
        for value in known
    )


def summary(found: Json) -> RenderableType:
    """Return the result of a run as text."""
    parts: list[RenderableType] = [Text("")]
    if found["calls"]:
        parts.append(_calls_table(found))
    if outcomes := found["outcomes"]:
        parts += [Text(""), _outcomes_table(outcomes)]
    if found["too_late"]:
        detail = f"{found['too_late']:,} people had not had their turn when the time was up"
        parts += [Text(""), Text(detail, style="yellow")]
    if found["viewers"]:
        parts += [Text(""), _viewers_line(found["viewers"])]
    parts += [Text(""), _verdict(found["verdict"])]
    return Group(*parts)


def _calls_table(found: Json) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("ms from when it was due", min_width=24)
    names = {"count": "count", "mean": "mean", "p50": "p50", "p90": "p90", "p99": "p99"}
    names |= {"p999": "p99.9", "max": "max"}
    for name in names.values():
        table.add_column(name, justify="right", min_width=8)
    rows = [(name, found["calls"][name], "") for name in found["calls"]]
    rows += [(f"  {name}, once sent", found["service"][name], "dim") for name in found["service"]]
    everyone = (found["viewers"] or {}).get("click_to_everyone")
    connect = (found["viewers"] or {}).get("connect")
    rows += [("click to everyone", everyone, "cyan")] if everyone else []
    rows += [("socket opened", connect, "cyan")] if connect else []
    for name, figures, style in rows:
        cells = [f"{figures[each]:,.1f}" for each in list(names)[1:]]
        table.add_row(name, f"{figures['count']:,}", *cells, style=style)
    return table


def _outcomes_table(outcomes: dict[str, int]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right", min_width=9)
    table.add_column()
    for name, count in sorted(outcomes.items()):
        kind = name.split()[1][0]
        style = {"2": "", "4": "yellow"}.get(kind, "red")
        table.add_row(f"{count:,}", name, style=style)
    return table


def _viewers_line(viewers: Json) -> Text:
    megabytes = viewers["bytes"] / 1e6
    return Text(
        f"{viewers['open']:,} viewers were told {viewers['changes']:,} changes in"
        f" {viewers['frames']:,} frames, {megabytes:,.1f} MB"
    )


def _verdict(verdict: Json) -> Panel:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for check in verdict["checks"]:
        style, mark = ("green", "✓") if check["is_ok"] else ("bold red", "✗")
        table.add_row(Text(mark, style=style), check["name"], Text(check["detail"], style="dim"))
    is_clean = verdict["is_clean"]
    return Panel(
        table,
        title="clean" if is_clean else "NOT CLEAN",
        title_align="left",
        border_style="green" if is_clean else "bold red",
        expand=False,
    )
