"""The built client in a real browser, on the server that `make run` starts."""

import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from deploy.address import Address, answers
from deploy.browser import ensure_browser
from deploy.node import ensure_node
from deploy.paths import FRONTEND, ROOT, VENV_PYTHON
from deploy.processes import clean_environment, run_shown
from deploy.services import free_port
from deploy.steps import say
from deploy.supervised import supervised

_SERVER_STOP_SECONDS = 10.0


def run_in_browser(
    script: str, *arguments: str, log_file: Path | None = None, **settings: str
) -> int:
    """Run a script of the client's package on a site of its own, with demo data on SQLite.

    `settings` are variables for the script. Returns its exit status; when that is not 0, the end
    of what the site wrote is shown. Raises: Problem when there is no browser, or no site.
    """
    node = ensure_node()
    browser = ensure_browser(node)
    address = Address(host="127.0.0.1", port=free_port())
    with tempfile.TemporaryDirectory(prefix="seatcast-") as data_dir:
        site = clean_environment(
            HOST=address.host, PORT=str(address.port), SEATCAST_DATA_DIR=data_dir
        )
        with supervised(
            {
                "prepare": [],
                "command": [str(VENV_PYTHON), "-m", "deploy.serve"],
                "folder": str(ROOT),
                "environment": site,
                "user": None,
                "stop_signal": signal.SIGTERM,
                "stop_seconds": _SERVER_STOP_SECONDS,
            },
            name="The site",
            log_file=log_file,
        ) as server:
            server.wait_until_ready(lambda: answers(address))
            command: Sequence[str] = node.npm_command("run", "--silent", script, "--", *arguments)
            environment = clean_environment(
                **node.environment(), BASE_URL=address.url, CHROME=browser, **settings
            )
            status = run_shown(command, environment=environment, cwd=FRONTEND)
            if status:
                say(f"The site's last words:\n{server.output()}")
    return status
