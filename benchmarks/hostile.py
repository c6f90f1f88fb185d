"""What attacks cost other clients: `python -m benchmarks.hostile`.

Runs the real stack with default settings. From another address of this machine an attacker sends
headers that are costly to parse, tries wrong passwords for many accounts, or opens sockets without
end; meanwhile another client requests an event, signs in, and opens a socket, again and again.
Prints the responses to each attack, and the other client's response times beside those without an
attack.
"""

import argparse
import http.client
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from statistics import median
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

from deploy.address import serves
from loadtest.target import TargetSite, target_at
from tools.sites import running_site

_PATIENCE_SECONDS = 60
_PAUSE_SECONDS = 0.2
_ATTACKER = "127.66.7.8"
_PASSWORD = "long enough to be hard to guess"
_HEADERS = {"Accept-Encoding": "gzip" + " " * 30_000 + "x"}

_Status = int | str


def main() -> None:
    options = _parser().parse_args()
    with running_site("deploy.stack", up=serves, settings={"SEATCAST_DEMO": "0"}) as running:
        site = target_at(running.address.url)
        sale = site.manage("-m", "loadtest.fixtures", "--people=1", "--seats=500").stdout
        event = json.loads(sale)["event_id"]
        layout = _ask(site, "GET", f"/api/events/{event}/")[1]["layout"]
        name = f"other-{secrets.token_hex(4)}"
        _register(site, name)
        attackers = [f"attacker-{secrets.token_hex(6)}" for _ in range(options.accounts)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda each: _register(site, each, source=_ATTACKER), attackers))
        others = {
            "an event": lambda: _ask(site, "GET", f"/api/events/{event}/")[0],
            "signing in": lambda: _sign_in(site, name)[0],
            "a socket": lambda: _watch(site, event, source=""),
        }
        attacks: dict[str, tuple[int, Callable[[int], _Status]]] = {
            "nobody": (0, lambda _: 0),
            "costly headers": (2, lambda _: _send_costly_headers(site, event, layout)),
            "wrong passwords": (
                options.accounts,
                lambda number: _try_wrong_password(site, attackers[number]),
            ),
            "sockets without end": (8, lambda _: _watch(site, event, source=_ATTACKER)),
        }
        for attack, (many, attempt) in attacks.items():
            answered, waits = _under_attack(attempt, many, others, seconds=options.seconds)
            print(f"{attack}: {dict(answered.most_common())}")
            for what, (statuses, seconds) in waits.items():
                print(
                    f"    {what}: {median(seconds) * 1000:.0f} ms, at most"
                    f" {max(seconds) * 1000:.0f} ms, {dict(statuses)}"
                )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile")
    parser.add_argument("--seconds", type=float, default=15, help="of each attack (%(default)s)")
    parser.add_argument("--accounts", type=int, default=60, help="attackers have (%(default)s)")
    return parser


def _under_attack(
    attempt: Callable[[int], _Status],
    many: int,
    others: dict[str, Callable[[], _Status]],
    *,
    seconds: float,
) -> tuple[Counter[_Status], dict[str, tuple[Counter[_Status], list[float]]]]:
    """Return the responses to `many` attackers, and statuses and times of the other requests."""
    is_over = Event()
    answered: Counter[_Status] = Counter()
    found: dict[str, tuple[Counter[_Status], list[float]]] = {
        what: (Counter(), []) for what in others
    }

    def attack(number: int) -> None:
        while not is_over.is_set():
            answered[_answer_to(lambda: attempt(number))] += 1

    def request(what: str) -> None:
        statuses, waits = found[what]
        while not is_over.wait(_PAUSE_SECONDS):
            began = time.monotonic()
            statuses[_answer_to(others[what])] += 1
            waits.append(time.monotonic() - began)

    with ThreadPoolExecutor(many + len(others)) as pool:
        for number in range(many):
            pool.submit(attack, number)
        for what in others:
            pool.submit(request, what)
        time.sleep(seconds)
        is_over.set()
    return answered, found


def _answer_to(attempt: Callable[[], _Status]) -> _Status:
    """Return the status of an attempt, or the name of its error."""
    try:
        return attempt()
    except (OSError, http.client.HTTPException, WebSocketException) as error:
        return type(error).__name__


def _send_costly_headers(site: TargetSite, event: int, layout: str) -> int:
    path = f"/api/events/{event}/layouts/{layout}/"
    return _ask(site, "GET", path, headers=_HEADERS, source=_ATTACKER)[0]


def _try_wrong_password(site: TargetSite, name: str) -> int:
    """Change a password by a wrong one, which is hashed to find out."""
    status, tokens = _sign_in(site, name, source=_ATTACKER)
    if status != 200:
        return status
    body = {"old_password": "wrong", "password": f"{_PASSWORD} 2"}
    headers = {"Authorization": f"Bearer {tokens['access']}"}
    path = "/api/password/change/"
    return _ask(site, "POST", path, body, headers=headers, source=_ATTACKER)[0]


def _sign_in(site: TargetSite, name: str, *, source: str = "") -> tuple[int, Any]:
    body = {"username": name, "password": _PASSWORD}
    return _ask(site, "POST", "/api/token/", body, source=source)


def _register(site: TargetSite, name: str, *, source: str = "") -> None:
    token = secrets.token_hex(16)
    headers = {"Cookie": f"csrftoken={token}", "X-CSRFToken": token, "Origin": site.url}
    body = {"username": name, "password": _PASSWORD}
    for _ in range(100):
        status, content = _ask(site, "POST", "/api/register/", body, headers=headers, source=source)
        if status == 201:
            return
        if status != 503:
            raise SystemExit(f"{name} could not register: {status} {content}")
        time.sleep(_PAUSE_SECONDS)


def _watch(site: TargetSite, event: int, *, source: str) -> _Status:
    """Open a socket, and wait for the map."""
    address = (source, 0) if source else None
    url = f"{site.socket_url}/ws/events/{event}/"
    with connect(
        url,
        source_address=address,
        open_timeout=_PATIENCE_SECONDS,
        proxy=None,
        origin=Origin(site.url),
    ) as socket:
        return str(json.loads(socket.recv(_PATIENCE_SECONDS))["type"])


def _ask(
    site: TargetSite,
    method: str,
    path: str,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    source: str = "",
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(
        urlsplit(site.url).netloc,
        timeout=_PATIENCE_SECONDS,
        source_address=(source, 0) if source else None,
    )
    with closing(connection):
        text = json.dumps(body) if body is not None else None
        kind = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, text, {**kind, **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        with suppress(ValueError):
            return answer.status, json.loads(content)
        return answer.status, None


if __name__ == "__main__":
    main()
