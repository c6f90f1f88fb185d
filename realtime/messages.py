"""The WebSocket wire format, as `docs/protocol.md` describes it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict
from urllib.parse import parse_qs

from realtime.sections import parse_sections
from reservations.box_office.sale_figures import SaleFiguresRecord
from reservations.events.packing import packed
from reservations.runtime import clock

MAX_FRAME_CHARACTERS = 1_024
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
    """A seat's new state: its index, status code, deadline in Unix milliseconds, holder's name.

    `is_kept` is as in `Change`.
    """

    index: int
    status: int
    locked_until_ms: int | None
    holder: str | None
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """The client's frame: the sequence number that it has processed."""

    seq: int


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The client's frame: the sections that it wants, as a set of `layout`'s numbers."""

    layout: str
    sections: int
    id: int | None


@dataclass(frozen=True, slots=True)
class SubscriptionQuery:
    """The sections whose states a client has as of its `since`, and those that it wants as well.

    Both are sets of `layout`'s numbers.
    """

    layout: str | None
    sections: int
    added: int


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
    kept: Sequence[int] = (),
) -> str:
    """Return a `snapshot`. `statuses` has one status code per byte; the wire packs four.

    `kept` are the indexes of locks that leave their seats blocked.
    """
    return _frame(
        type="snapshot",
        event=event_id,
        seq=seq,
        now=now_ms,
        layout=layout,
        statuses=packed(statuses),
        locks=list(locks),
        **_kept(kept),
    )


def delta_frame(*, since: int, seq: int, now_ms: int, changes: Sequence[WireChange]) -> str:
    """Return a `delta`, which carries a client from `since` to `seq`."""
    rows = [
        [change.index, change.status, change.locked_until_ms, change.holder] for change in changes
    ]
    kept = _kept([change.index for change in changes if change.is_kept])
    return _frame(**{"type": "delta", "from": since}, seq=seq, now=now_ms, changes=rows, **kept)


def part_frame(
    *,
    since: int | None,
    seq: int,
    now_ms: int,
    layout: str | None,
    request_id: int | None,
    whole: Sequence[str],
    changes: Sequence[str],
    free: str,
) -> str:
    """Return a `part`, which carries a subscriber from `since` to `seq`; None starts over.

    `whole`, `changes` and `free` are fragments of JSON, which many frames share. Empty fields are
    left out.
    """
    start = "null" if since is None else since
    fields = [f'{{"type":"part","from":{start},"seq":{seq},"now":{now_ms}']
    if layout is not None:
        fields.append(f'"layout":{json.dumps(layout)}')
    if request_id is not None:
        fields.append(f'"id":{request_id}')
    for name, rows in (("whole", whole), ("changes", changes), ("free", [free] if free else ())):
        if rows:
            fields.append(f'"{name}":[{",".join(rows)}]')
    return ",".join(fields) + "}"


def whole_fragment(
    section: int, statuses: bytes, locked: Iterable[WireChange], *, now_ms: int
) -> str:
    """Return the state of all seats of a section: their statuses, and those that are locked.

    Both are in index order.
    """
    locks = [_compact_lock(state, now_ms) for state in locked]
    return _json([section, packed(statuses), *([locks] if locks else [])])


def changes_fragment(states: Iterable[WireChange], *, now_ms: int) -> str:
    """Return the rows of changes, without the brackets around them."""
    return ",".join(
        f"[{state.index},{state.status}]"
        if state.locked_until_ms is None
        else _json([state.index, state.status, *_compact_lock(state, now_ms)[1:]])
        for state in states
    )


def free_fragment(free: Sequence[int], pools: Sequence[int]) -> str:
    """Return the numbers of free seats of `pools`, which ascend, without the brackets around.

    Each row is a pool's number and the values of it and of those that follow it.
    """
    rows: list[list[int]] = []
    for place, pool in enumerate(pools):
        if place == 0 or pools[place - 1] != pool - 1:
            rows.append([pool])
        rows[-1].append(free[pool])
    return ",".join(map(_json, rows))


def beat_frame(*, seq: int, now_ms: int, viewers: int, revision: int, next_ms: int) -> str:
    """Return a `beat`. `seq` is the number of the last frame that the client was sent.

    `revision` is that of the event's settings: a client whose event has another one loads it again.
    The next beat is due in `next_ms`.
    """
    return _frame(
        type="beat", seq=seq, now=now_ms, viewers=viewers, revision=revision, next=next_ms
    )


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


def parse_client_frame(text: str) -> Seen | Subscribe | None:
    """Return the client's frame, None if only newer servers know its type. Raises: BadFrame."""
    if len(text) > MAX_FRAME_CHARACTERS:
        raise BadFrame
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise BadFrame
    match frame["type"]:
        case "seen":
            return Seen(seq=_number(frame.get("seq")))
        case "subscribe":
            return _subscribe(frame)
    return None


def resume_point(query_string: str) -> ResumePoint:
    """Parse `?since=<seq>&layout=<hash>`. Return a new start if it is missing or malformed."""
    query = parse_qs(query_string)
    since, layout = query.get("since", [""])[0], query.get("layout", [""])[0]
    if not (since.isascii() and since.isdigit() and len(since) <= 18 and layout):
        return {"since": None, "layout": None}
    return {"since": int(since), "layout": layout}


def subscription_query(query_string: str) -> SubscriptionQuery | None:
    """Parse `?sections=<numbers>&add=<numbers>`, None without `sections`: the whole map.

    Either is `all`, or numbers separated by commas; what is malformed is ignored.
    """
    query = parse_qs(query_string, keep_blank_values=True)
    if "sections" not in query:
        return None
    return SubscriptionQuery(
        layout=query.get("layout", [None])[0],
        sections=parse_sections(query["sections"][0]),
        added=parse_sections(query.get("add", [""])[0]),
    )


def wants_figures(query_string: str) -> bool:
    """Return whether the query asks for the figures of the sale: `?figures=1`."""
    return parse_qs(query_string).get("figures") == ["1"]


def _without_now(figures: SaleFiguresRecord) -> dict[str, object]:
    sale = {key: value for key, value in figures.items() if key not in ("seq", "now")}
    return {"seq": figures["seq"], "sale": sale}


def _subscribe(frame: Mapping[str, Any]) -> Subscribe:
    layout, sections, request_id = frame.get("layout"), frame.get("sections"), frame.get("id")
    if not isinstance(layout, str) or not isinstance(sections, str):
        raise BadFrame
    return Subscribe(
        layout=layout,
        sections=parse_sections(sections),
        id=None if request_id is None else _number(request_id),
    )


def _number(value: object) -> int:
    """Raises: BadFrame."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_SEQ:
        raise BadFrame
    return value


def _kept(indexes: Sequence[int]) -> dict[str, Sequence[int]]:
    """Return the field `kept`, which is left out where it is empty."""
    return {"kept": indexes} if indexes else {}


def _compact_lock(state: WireChange, now_ms: int) -> list[int | str | bool | None]:
    """Return a lock by its time left; the holder is left out where names are hidden."""
    assert state.locked_until_ms is not None
    lock: list[int | str | bool | None] = [state.index, state.locked_until_ms - now_ms]
    if state.is_kept:
        return [*lock, state.holder, True]
    return lock if state.holder is None else [*lock, state.holder]


def _frame(**fields: object) -> str:
    return _json(fields)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
