"""The built client in a real browser, on a site of its own."""

import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.address import Address, answers
from deploy.banner import demo_password
from deploy.console import say
from deploy.environment import clean_environment, is_production
from deploy.paths import FRONTEND
from deploy.ports import free_port
from deploy.supervised import Supervised
from tools.browser import ensure_browser
from tools.node import Node, ensure_node
from tools.processes import run_shown
from tools.sites import running_site


@dataclass(frozen=True, kw_only=True)
class BrowserSite:
    """A site that runs, with demo data, and the browser to look at it with."""

    address: Address
    data_dir: Path
    client_elsewhere: str
    """The origin of a client that is served from another host, which the site lets in."""
    settings: Mapping[str, str]
    """What it was told about its services and the like, so that others reach the same ones."""
    server: Supervised
    node: Node
    browser: str

    def run(self, script: str, *arguments: str, **settings: str) -> int:
        """Run a script of the client's package; return its exit status.

        `settings` are variables for the script. When the status is not 0, the end of what the
        site wrote is shown.
        """
        command: Sequence[str] = self.node.npm_command("run", "--silent", script, "--", *arguments)
        environment = clean_environment(
            **self.node.environment(),
            BASE_URL=self.address.url,
            CLIENT_ELSEWHERE=self.client_elsewhere,
            SEATCAST_FORWARDING_SECRET=self.settings["SEATCAST_FORWARDING_SECRET"],
            DEMO_PASSWORD=demo_password(self.settings),
            CHROME=self.browser,
            **settings,
        )
        status = run_shown(command, environment=environment, cwd=FRONTEND)
        if status:
            say(f"The site's last words:\n{self.server.output()}")
        return status

    def manage(self, *arguments: str) -> int:
        """Run a management command on the site's data; return its exit status."""
        environment = clean_environment(SEATCAST_DATA_DIR=str(self.data_dir), **self.settings)
        return run_shown([sys.executable, "manage.py", *arguments], environment=environment)


@contextmanager
def site(
    module: str = "tools.serve",
    *,
    up: Callable[[Address], bool] = answers,
    log_file: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[BrowserSite]:
    """Run a site for the length of the context; by default the one of `make run`.

    `settings` are variables of its environment.

    Raises: Problem when there is no browser, or no site.
    """
    node = ensure_node()
    browser = ensure_browser(node)
    # Another name for the same machine is another site to a browser, whatever the ports are.
    name = "127.0.0.1" if is_production(settings or {}) else "localhost"
    client_elsewhere = f"http://{name}:{free_port()}"
    told = {
        **(settings or {}),
        "SEATCAST_CLIENT_ORIGINS": client_elsewhere,
        # By which the client's host signs the calls that it forwards.
        "SEATCAST_FORWARDING_SECRET": secrets.token_hex(16),
    }
    with running_site(module, up=up, log_file=log_file, settings=told) as running:
        yield BrowserSite(
            address=running.address,
            data_dir=running.data_dir,
            client_elsewhere=client_elsewhere,
            settings=told,
            server=running.server,
            node=node,
            browser=browser,
        )
