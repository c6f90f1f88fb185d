"""What attacks cost other clients: `python -m laboratory hostile`.

Runs the real stack with default settings. From another address of this machine an attacker sends
headers that are costly to parse, tries wrong passwords for many accounts, or opens sockets without
end; one buyer asks for the ticket of one booking, in many scripts, one organiser uploads large
pictures, and one payer loads the page of a provider that answers late (`slow_stripe`); each of
these connections waits about a second after a refusal. The attackers' process shares the cores with
the site, which attackers of a real site do not, so it runs only when the site leaves a core idle
(SCHED_IDLE, Linux only). Meanwhile other clients request an event, lock seats, sign in, and open a
socket, again and again.

Prints the responses to each attack, the others' median and 95th percentile with their ratio to
those without an attack, and the largest memory of the API servers with their child processes.
"""

import argparse
import http.client
import itertools
import json
import multiprocessing
import os
import random
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

from deploy.address import serves
from deploy.paths import ROOT
from deploy.ports import free_port
from laboratory.results import percentile
from loadtest.target import ResourceUsage, TargetSite, target_at
from tools.sites import running_site

_PROCESSES = multiprocessing.get_context("fork")
_PATIENCE_SECONDS = 60
_PAUSE_SECONDS = 0.1
# Reading the processes' memory more often takes a quarter of a core from the site.
_SAMPLE_SECONDS = 0.5
_AFTER_REFUSAL_SECONDS = 1.0
_ATTACKER = "127.66.7.8"
_PASSWORD = "long enough to be hard to guess"
_HEADERS = {"Accept-Encoding": "gzip" + " " * 30_000 + "x"}

_Status = int | str
_Attacks = dict[str, tuple[int, Callable[[int], _Status]]]


@dataclass(slots=True)
class _Waits:
    """The responses to one of the other clients, and how long each took in seconds."""

    statuses: Counter[_Status] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def percentiles(self) -> tuple[float, float]:
        """Return the median and the 95th percentile in milliseconds."""
        return percentile(self.seconds, 50) * 1000, percentile(self.seconds, 95) * 1000


@dataclass(slots=True)
class _Found:
    """What happened during an attack: its responses, the others', and the API's memory in MB."""

    answered: Counter[_Status] = field(default_factory=Counter)
    waits: dict[str, _Waits] = field(default_factory=dict)
    memory_mb: float = 0.0


def main() -> None:
    options = _parser().parse_args()
    with (
        _slow_stripe() as settings,
        running_site("deploy.stack", up=serves, settings=settings) as running,
    ):
        site = target_at(running.address.url)
        sale = json.loads(site.manage("-m", "laboratory.fixtures", "hostile").stdout)
        others = _others(site, sale)
        attacks = _attacks(site, sale, options.accounts) | _slow_work(site, sale)
        quiet = _under_attack(lambda _: 0, 0, others, site, seconds=options.seconds)
        _print("nobody", quiet, quiet)
        for attack in options.only or attacks:
            many, attempt = attacks[attack]
            found = _under_attack(attempt, many, others, site, seconds=options.seconds)
            _print(attack, found, quiet)
            began = time.monotonic()
            _wait_until_well(site, sale)
            print(f"    an event is answered {time.monotonic() - began:.1f} s after it ended")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m laboratory hostile")
    parser.add_argument("--seconds", type=float, default=15, help="of each attack (%(default)s)")
    parser.add_argument("--accounts", type=int, default=60, help="attackers have (%(default)s)")
    parser.add_argument("--only", action="append", metavar="ATTACK", help="instead of all")
    return parser


def _others(site: TargetSite, sale: Any) -> dict[str, Callable[[], _Status]]:
    """Return what other clients do."""
    event, name, locks = sale["event_id"], f"other-{secrets.token_hex(4)}", itertools.count()
    _register(site, name)
    return {
        "an event": lambda: _ask(site, "GET", f"/api/events/{event}/")[0],
        "a lock": lambda: _lock(site, sale, next(locks)),
        "signing in": lambda: _sign_in(site, name)[0],
        "a socket": lambda: _watch(site, event, source=""),
    }


def _attacks(site: TargetSite, sale: Any, accounts: int) -> _Attacks:
    """Return attacks on the API's front: how many clients, and what each does."""
    event = sale["event_id"]
    layout = _ask(site, "GET", f"/api/events/{event}/")[1]["layout"]
    attackers = [f"attacker-{secrets.token_hex(6)}" for _ in range(accounts)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: _register(site, each, source=_ATTACKER), attackers))
    return {
        "costly headers": (2, lambda _: _send_costly_headers(site, event, layout)),
        "wrong passwords": (
            accounts,
            lambda number: _try_wrong_password(site, attackers[number]),
        ),
        "sockets without end": (8, lambda _: _watch(site, event, source=_ATTACKER)),
    }


def _slow_work(site: TargetSite, sale: Any) -> _Attacks:
    """Return attacks by slow work, each by one person."""

    def of(person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {sale[person]}"}

    refresh = f"/api/payments/{sale['payment']}/refresh/"
    page = _ask(site, "POST", refresh, {}, headers=of("payer"))[1]["action_url"]
    ticket = f"/api/reservations/{sale['booking']}/ticket/"
    picture, upload = f"/api/events/{sale['event_id']}/picture/", _large_picture()
    file = {**of("organiser"), "Content-Type": "image/jpeg"}

    def ask(method: str, path: str, body: Any = None, **options: Any) -> int:
        status, _ = _ask(site, method, path, body, source=_ATTACKER, **options)
        if status >= 400:
            time.sleep(_AFTER_REFUSAL_SECONDS * random.uniform(0.5, 1.5))
        return status

    return {
        "pages that do not exist": (80, lambda _: ask("GET", "/api/nothing/")),
        "tickets": (80, lambda _: ask("GET", ticket, headers=of("buyer"))),
        "pictures": (40, lambda _: ask("PUT", picture, upload, headers=file)),
        "payment page": (60, lambda _: ask("GET", page)),
    }


def _large_picture() -> bytes:
    """Return a file of 40 million pixels, whose decoder needs them all at once."""
    written = BytesIO()
    picture = Image.new("RGB", (8_000, 5_000), (120, 40, 200))
    picture.save(written, "JPEG", quality=30, progressive=True, subsampling=0)
    return written.getvalue()


@contextmanager
def _slow_stripe() -> Iterator[dict[str, str]]:
    """Run a provider that answers late; yield the settings of a site that sells with it."""
    port = free_port()
    command = [sys.executable, "-m", "laboratory.slow_stripe", str(port)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield {
                "SEATCAST_DEMO": "0",
                "SEATCAST_PAYMENT_PROVIDER": (
                    "reservations.payments.stripe_provider.StripeProvider"
                ),
                "SEATCAST_STRIPE_SECRET_KEY": "sk_test_of_benchmarks",
                "SEATCAST_STRIPE_PUBLISHABLE_KEY": "pk_test_of_benchmarks",
                "SEATCAST_STRIPE_WEBHOOK_SECRET": "whsec_of_benchmarks",
                "SEATCAST_STRIPE_API_URL": f"http://127.0.0.1:{port}",
            }
        finally:
            process.terminate()


def _under_attack(
    attempt: Callable[[int], _Status],
    many: int,
    others: dict[str, Callable[[], _Status]],
    site: TargetSite,
    *,
    seconds: float,
) -> _Found:
    """Return the responses to `many` attackers, and those to the other clients."""
    is_over, usage = _PROCESSES.Event(), ResourceUsage(site)
    received, sent = _PROCESSES.Pipe(duplex=False)
    attackers = _PROCESSES.Process(target=_attack, args=(attempt, many, is_over, sent))
    attackers.start()
    found = _Found(waits={what: _Waits() for what in others})

    def request(what: str) -> None:
        waits = found.waits[what]
        while not is_over.wait(_PAUSE_SECONDS):
            began = time.monotonic()
            waits.statuses[_answer_to(others[what])] += 1
            waits.seconds.append(time.monotonic() - began)

    def measure() -> None:
        while not is_over.wait(_SAMPLE_SECONDS):
            usage.refresh()
            figures = usage.usage(1.0) or {"memory_mb": {}}
            found.memory_mb = max(found.memory_mb, figures["memory_mb"].get("API", 0.0))

    with ThreadPoolExecutor(len(others) + 1) as pool:
        for what in others:
            pool.submit(request, what)
        pool.submit(measure)
        time.sleep(seconds)
        is_over.set()
    found.answered = received.recv()
    attackers.join()
    return found


def _attack(
    attempt: Callable[[int], _Status], many: int, is_over: Event, answered: "Connection[Any, Any]"
) -> None:
    """Send what attackers receive until the attack is over, in a process of its own."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    found: Counter[_Status] = Counter()

    def attack(number: int) -> None:
        while not is_over.is_set():
            found[_answer_to(lambda: attempt(number))] += 1

    with ThreadPoolExecutor(max(many, 1)) as pool:
        list(pool.map(attack, range(many)))
    answered.send(found)


def _print(attack: str, found: _Found, quiet: _Found) -> None:
    print(f"{attack}: {dict(found.answered.most_common())}; API {found.memory_mb:.0f} MB")
    for what, waits in found.waits.items():
        middle, slow = waits.percentiles()
        ratio = slow / quiet.waits[what].percentiles()[1]
        print(
            f"    {what}: p50 {middle:.0f} ms, p95 {slow:.0f} ms ({ratio:.2f} of quiet), at most"
            f" {max(waits.seconds) * 1000:.0f} ms, {dict(waits.statuses)}",
            flush=True,
        )


def _wait_until_well(site: TargetSite, sale: Any) -> None:
    """Return when an event is answered again, three times in a row."""
    well, path = 0, f"/api/events/{sale['event_id']}/"
    while well < 3:
        status = _answer_to(lambda: _ask(site, "GET", path)[0])
        well = well + 1 if status == 200 else 0


def _lock(site: TargetSite, sale: Any, number: int) -> _Status:
    """Lock a seat for one of many people; each locks at most as many as the cap allows."""
    people, seats = sale["people"], sale["seats"][:-1]
    headers = {"Authorization": f"Bearer {people[number % len(people)]}"}
    path = f"/api/events/{sale['event_id']}/seats/{seats[number % len(seats)]}"
    return _ask(site, "POST", f"{path}/lock/", {}, headers=headers)[0]


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
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body)
        kind = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, sent, {**kind, **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        with suppress(ValueError):
            return answer.status, json.loads(content)
        return answer.status, None
