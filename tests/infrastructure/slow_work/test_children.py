"""Child processes for slow work: their limits, and that they cost no more than one answer."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from deploy.paths import ROOT
from deploy.waiting import wait_until
from infrastructure.slow_work import children
from infrastructure.slow_work.child import NICENESS
from infrastructure.slow_work.children import InputRefused, run_in_child
from infrastructure.slow_work.kinds import InChild, Kind
from infrastructure.slow_work.turns import SlowWorkBusy

SECONDS = 60
WORK = "tests.infrastructure.slow_work.jobs:work"
KIND = Kind(
    name="test", at_a_time=1, waiting=0, places_per_person=1, places_per_network=1,
    child=InChild(function=WORK, memory_mb=256, seconds=SECONDS),
)  # fmt: skip
PARENT = """
import sys
from dataclasses import replace
from django.conf import settings
settings.configure(SEATCAST_MAX_PAYMENTS=1)
from tests.infrastructure.slow_work.test_children import KIND
from infrastructure.slow_work.children import run_in_child
print(run_in_child(KIND, b"pid").decode(), flush=True)
run_in_child(KIND, sys.argv[1].encode())
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _no_children_left() -> Iterator[None]:
    yield
    children.end_children()


def pid() -> int:
    return int(run_in_child(KIND, b"pid"))


def is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_work_is_done_by_one_process_again_and_again() -> None:
    assert run_in_child(KIND, b"x" * 3_000_000) == b"x" * 3_000_000
    assert pid() == pid() != os.getpid()


def test_it_has_a_low_priority_and_none_of_the_servers_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEATCAST_SECRET_KEY", "secret")
    names = run_in_child(KIND, b"settings").decode()
    assert "PATH" in names
    assert not {"SEATCAST", "DATABASE", "REDIS"} & set(names.replace("_", " ").split())
    assert int(run_in_child(KIND, b"nice")) >= NICENESS


def test_its_priority_is_low_for_processes_of_other_sessions_too() -> None:
    number = pid()
    assert os.getsid(number) == number
    autogroup = Path(f"/proc/{number}/autogroup")
    if autogroup.exists():
        assert autogroup.read_text().split()[-1] == str(NICENESS)


def test_what_it_cannot_use_is_refused_and_it_goes_on() -> None:
    before = pid()
    with pytest.raises(InputRefused, match="no picture"):
        run_in_child(KIND, b"refuse no picture")
    assert pid() == before


@pytest.mark.parametrize("order", [b"die", b"eat 300"])
def test_one_that_dies_or_runs_out_of_memory_costs_one_answer(order: bytes) -> None:
    before = pid()
    with pytest.raises(SlowWorkBusy):
        run_in_child(KIND, order)
    assert pid() != before
    assert not is_running(before)
    assert run_in_child(KIND, b"eat 100") == str(100 << 20).encode()


def test_one_that_hangs_is_killed() -> None:
    before = pid()
    child = cast("InChild", KIND.child)
    children._idle[KIND.name][0]._seconds = 0.2
    with pytest.raises(SlowWorkBusy):
        run_in_child(KIND, b"hang")
    assert not is_running(before)
    assert child.seconds == SECONDS


def test_one_that_was_killed_while_idle_is_replaced_unnoticed() -> None:
    os.kill(before := pid(), signal.SIGKILL)
    children._idle[KIND.name][0]._process.wait()
    assert pid() != before


def test_one_is_replaced_after_many_jobs() -> None:
    before = pid()
    children._idle[KIND.name][0].jobs = children.MAX_JOBS - 1
    assert pid() == before
    assert pid() != before


def test_a_kind_without_a_child_process_has_none() -> None:
    with pytest.raises(TypeError):
        run_in_child(replace(KIND, child=None), b"pid")


@pytest.mark.parametrize("order", ["pid", "hang"])
def test_it_ends_when_its_parent_is_killed(order: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, order], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    ) as parent:  # fmt: skip
        assert parent.stdout
        number = json.loads(parent.stdout.readline())
        assert is_running(number)
        parent.kill()
    assert wait_until(lambda: not is_running(number), seconds=SECONDS)


def test_nothing_runs_before_it_is_needed() -> None:
    source = "import config.api, psutil; print(len(psutil.Process().children(recursive=True)))"
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "0"
