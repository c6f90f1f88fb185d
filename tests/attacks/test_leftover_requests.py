"""Requests whose client has gone before a thread was free are not run by granian, as it is started.

The negative control runs the same requests without the API servers' frame.
"""

import http.client
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from deploy.ports import free_port
from deploy.server import granian_arguments
from tests.concurrent_commands import wait_until
from tests.servers import HOST, running

pytestmark = pytest.mark.any_database

LEFT = 30
PATIENCE_SECONDS = 20


@contextmanager
def _server(notes: Path, **extra: str) -> Iterator[int]:
    """Run granian with the application of `leftover_app`; return its port."""
    os.mkfifo(notes / "release")
    port = free_port()
    arguments = granian_arguments(host=HOST, port=port)[:-1]
    command = [
        sys.executable,
        "-m",
        "granian",
        *arguments,
        "tests.attacks.leftover_app:application",
    ]
    with running("granian", command, port, NOTES=str(notes), **extra):
        yield port


def _ask(stack: ExitStack, port: int, path: str) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)
    stack.callback(connection.close)
    connection.request("GET", path)
    return connection


def _has(notes: Path, name: str, paths: set[str]) -> bool:
    file = notes / name
    return file.exists() and paths <= set(file.read_text().split())


def _run_after_leaving(notes: Path, port: int, *, is_noticed: bool = True) -> set[str]:
    """Leave while the thread is held, then release it; return what runs, in the end `/patient/`."""
    left = {f"/left/{number}/" for number in range(LEFT)}
    with ExitStack() as stack:
        held = _ask(stack, port, "/hold/")
        wait_until(lambda: _has(notes, "run", {"/hold/"}))
        with ExitStack() as leaving:
            for path in left:
                _ask(leaving, port, path)
            wait_until(lambda: _has(notes, "arrived", left))
        patient = _ask(stack, port, "/patient/")
        wait_until(lambda: _has(notes, "arrived", {"/patient/"}))
        if is_noticed:
            wait_until(lambda: _has(notes, "gone", left))
        (notes / "release").write_text("go on")
        assert held.getresponse().status == patient.getresponse().status == 200
    return set((notes / "run").read_text().split()) & {*left, "/patient/"}


def test_requests_whose_clients_have_gone_are_not_run(
    django_db_setup: None, tmp_path: Path
) -> None:
    with _server(tmp_path) as port:
        assert _run_after_leaving(tmp_path, port) == {"/patient/"}


def test_without_the_frame_they_are_all_run(django_db_setup: None, tmp_path: Path) -> None:
    with _server(tmp_path, KEEP_LEFTOVERS="1") as port:
        assert len(_run_after_leaving(tmp_path, port, is_noticed=False)) == LEFT + 1
