"""Real servers, on the database of the test that runs."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from deploy.address import Address, answers
from deploy.paths import ROOT
from deploy.processes import clean_environment
from deploy.server import daphne_arguments
from deploy.services import free_port
from deploy.supervised import Supervised, supervised

HOST = "127.0.0.1"


@contextmanager
def daphne() -> Iterator[tuple[Supervised, int]]:
    """Run Daphne for the length of the context; yield it with its port.

    It ends with the context, and with this process, however that ends. It sees what is
    committed: tests that use it need the `transactional_db`.
    """
    port = free_port()
    with supervised(
        {
            "prepare": [],
            "command": [sys.executable, "-m", "daphne", *daphne_arguments(host=HOST, port=port)],
            "folder": str(ROOT),
            "environment": clean_environment(
                SEATCAST_DATA_DIR=str(settings.DATA_DIR),
                SEATCAST_SECRET_KEY=settings.SECRET_KEY,
                DATABASE_URL=_test_database_url(),
                REDIS_URL=settings.REDIS_URL,
            ),
            "user": None,
            "stop_signal": signal.SIGTERM,
            "stop_seconds": 10.0,
        },
        name="Daphne",
    ) as server:
        server.wait_until_ready(lambda: answers(Address(host=HOST, port=port)))
        yield server, port


def _test_database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
