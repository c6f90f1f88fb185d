"""One process of the site that forks others, which kill themselves at a chosen step.

They are forked because loading the site takes longer than a sale. Run as
`python -m tests.faults.forking PORT`; `forks.py` gives it orders.
"""

import json
import os
import signal
import socket
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

HOST = "127.0.0.1"
SERVE, RECONCILE = "serve", "reconcile"
ASKING_FIRST = "asks Stripe before the payment is stored"


def main(port: int) -> None:
    """Serve orders, one at a time. Nothing is connected and no thread runs before a fork."""
    import uvicorn  # noqa: F401 - loaded once for all

    from config.api import application

    with socket.create_server((HOST, port)) as listening:
        while True:
            talk, _ = listening.accept()
            with talk, talk.makefile("rw") as lines:
                line = lines.readline()
                if line.startswith("GET "):
                    # The probe of a server that starts.
                    lines.write("HTTP/1.1 204 No Content\r\n\r\n")
                    continue
                order = json.loads(line)
                serving = socket.create_server((HOST, 0))
                if not (pid := os.fork()):
                    listening.close()
                    _work(order, application, serving)
                lines.write(f"{json.dumps({'pid': pid, 'port': serving.getsockname()[1]})}\n")
                lines.flush()
                serving.close()
                _, status = os.waitpid(pid, 0)
                lines.write(f"{os.waitstatus_to_exitcode(status)}\n")


def _work(order: dict[str, str], application: Any, serving: socket.socket) -> None:
    """Do what an order says, and end the process."""
    status = 1
    try:
        _record_steps(order["steps"], order["dies_at"])
        if order["breaks"]:
            _break(order["breaks"])
        if order["work"] == SERVE:
            _serve(application, serving)
        elif order["work"] == RECONCILE:
            from django.core.management import call_command

            call_command("reconcile_payments", "--older-than=0")
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the process ends here
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _serve(application: Any, serving: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(application, lifespan="off", log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[serving])


def _record_steps(file: str, dies_at: str) -> None:
    """Record commits and calls to Stripe, before and after each, and die at one of them."""
    import stripe
    from django.db.backends.base.base import BaseDatabaseWrapper

    descriptor, counts = os.open(file, os.O_WRONLY | os.O_APPEND), Counter[str]()

    def reach(name: str) -> None:
        counts[name] += 1
        step = f"{name} {counts[name]}"
        os.write(descriptor, f"{step}\n".encode())
        if step == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(do: Callable[..., Any], name_of: Callable[..., str]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            name = name_of(*arguments)
            reach(f"before {name}")
            result = do(*arguments, **named)
            reach(f"after {name}")
            return result

        return wrapper

    wrapped: Any = BaseDatabaseWrapper
    wrapped._commit = around(wrapped._commit, lambda _: "commit")
    client: Any = stripe.RequestsClient
    client.request = around(client.request, lambda _, method, url, *__: _call(method, url))


def _call(method: str, url: str) -> str:
    """Return the name of a call to Stripe: its method and the end of its path, without ids."""
    end = urlsplit(url).path.rsplit("/", 1)[-1]
    return f"{method.upper()} {'payment_intent' if end.startswith('pi_') else end}"


def _break(what: str) -> None:
    """Do something wrong on purpose, as a negative control."""
    from reservations.bookings import payment_storage
    from reservations.payments import stripe_provider

    assert what == ASKING_FIRST
    write = payment_storage.write_pending

    def ask_first(event: Any, payments: Any, **named: Any) -> None:
        for new in payments:
            stripe_provider._create(new.reference, new.amount, event.currency)
        write(event, payments, **named)

    payment_storage.write_pending = ask_first


if __name__ == "__main__":
    main(int(sys.argv[1]))
