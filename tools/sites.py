"""Run a site on a free port with temporary data."""

import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.address import Address, answers
from deploy.environment import clean_environment
from deploy.paths import ROOT
from deploy.ports import free_port
from deploy.production import stack_address
from deploy.supervised import Supervised, supervised

_STOP_SECONDS = 40.0


@dataclass(frozen=True, kw_only=True)
class RunningSite:
    """A running site: its address, its data directory and its process."""

    address: Address
    data_dir: Path
    server: Supervised


@contextmanager
def running_site(
    module: str = "tools.serve",
    *,
    up: Callable[[Address], bool] = answers,
    log_file: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[RunningSite]:
    """Run a site for the length of the context; by default the one of `make run`.

    `settings` are its environment variables. Raises: Problem if it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="seatcast-", dir="/tmp") as data_dir:
        # Servers that run as another user have folders in it.
        Path(data_dir).chmod(0o711)
        environment = clean_environment(
            HOST="127.0.0.1",
            PORT=str(free_port()),
            SEATCAST_DATA_DIR=data_dir,
            **(settings or {}),
        )
        address = stack_address(environment, data_dir=Path(data_dir))
        with supervised(
            {
                "prepare": [],
                "command": [sys.executable, "-m", module],
                "folder": str(ROOT),
                "environment": environment,
                "user": None,
                "stop_signal": signal.SIGTERM,
                "stop_seconds": _STOP_SECONDS,
            },
            name="The site",
            log_file=log_file,
        ) as server:
            server.wait_until_ready(lambda: up(address))
            yield RunningSite(address=address, data_dir=Path(data_dir), server=server)
