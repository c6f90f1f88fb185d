"""The WebSocket wire format, as `docs/protocol.md` describes it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import parse_qs

from reservations import clock
from reservations.read.packing import packed
from reservations.read.sale_figures import SaleFiguresRecord

MAX_FRAME_CHARACTERS = 256
MAX_SEQ = 2**63 - 1

SUBPROTOCOL = "seatcast"
"""The subprotocol that the server selects. A token is offered as `bearer.<token>`."""


class CloseCode:
    """Why the server closes a socket."""

    PROTOCOL_ERROR = 1008
    RESTARTING = 1012
    SIGN_IN_FIRST = 4401
    NOT_FOR_YOU = 4403
    NO_SUCH_EVENT = 4404
    TOO_SLOW = 4408
    TOO_MANY_SOCKETS = 4429


@dataclass(frozen=True, slots=True)
class WireChange:
    """A seat's new state: its index, status code, deadline in Unix milliseconds, holder's name."""

    index: int
    status: int
    locked_until_ms: int | None
    holder: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """The client's frame: the sequence number that it has processed."""

    seq: int


class ResumePoint(TypedDict):
    """The last sequence number and layout of a client; both are None if it starts anew."""

    since: int | None
    layout: str | None


class BadFrame(Exception):
    """The text is not a frame of this protocol."""


def snapshot_frame(
    *,
    event_id: int,
    seq: int,
    now_ms: int,
    layout: str,
    statuses: bytes,
    locks: Iterable[tuple[int, int, str | None]],
) -> str:
    """Return a `snapshot`. `statuses` has one status code per byte; the wire packs four."""
    return _frame(
        type="snapshot",
        event=event_id,
        seq=seq,
        now=now_ms,
        layout=layout,
        statuses=packed(statuses),
        locks=list(locks),
    )


def delta_frame(*, since: int, seq: int, now_ms: int, changes: Iterable[WireChange]) -> str:
    """Return a `delta`, which carries a client from `since` to `seq`."""
    rows = [
        [change.index, change.status, change.locked_until_ms, change.holder] for change in changes
    ]
    return _frame(**{"type": "delta", "from": since}, seq=seq, now=now_ms, changes=rows)


def beat_frame(*, seq: int, now_ms: int, viewers: int, revision: int) -> str:
    """Return a `beat`. `seq` is the number of the last frame that the client was sent.

    `revision` is that of the event's settings: a client whose event has another one loads it again.
    """
    return _frame(type="beat", seq=seq, now=now_ms, viewers=viewers, revision=revision)


def figures_frame(
    *,
    figures: SaleFiguresRecord | None,
    now_ms: int,
    health: Mapping[str, bool],
    reading: float | None = None,
) -> str:
    """Return a frame of `figures`, which only organisers get; None: they were never read yet.

    `reading` is the share of the log that was read, while it takes long.
    """
    fields = {"seq": 0, "sale": None} if figures is None else _without_now(figures)
    progress = {} if reading is None else {"reading": reading}
    return _frame(type="figures", now=now_ms, health=health, **fields, **progress)


def now_ms() -> int:
    """Return the current time in Unix milliseconds."""
    return int(clock.now().timestamp() * 1000)


def parse_client_frame(text: str) -> Seen | None:
    """Return the client's frame, None if only newer servers know its type. Raises: BadFrame."""
    if len(text) > MAX_FRAME_CHARACTERS:
        raise BadFrame
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise BadFrame
    if frame["type"] != "seen":
        return None
    seq = frame.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq <= MAX_SEQ:
        raise BadFrame
    return Seen(seq=seq)


def resume_point(query_string: str) -> ResumePoint:
    """Parse `?since=<seq>&layout=<hash>`. Return a new start if it is missing or malformed."""
    query = parse_qs(query_string)
    since, layout = query.get("since", [""])[0], query.get("layout", [""])[0]
    if not (since.isascii() and since.isdigit() and len(since) <= 18 and layout):
        return {"since": None, "layout": None}
    return {"since": int(since), "layout": layout}


def wants_figures(query_string: str) -> bool:
    """Return whether the query asks for the figures of the sale: `?figures=1`."""
    return parse_qs(query_string).get("figures") == ["1"]


def _without_now(figures: SaleFiguresRecord) -> dict[str, object]:
    sale = {key: value for key, value in figures.items() if key not in ("seq", "now")}
    return {"seq": figures["seq"], "sale": sale}


def _frame(**fields: object) -> str:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
