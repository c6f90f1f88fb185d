"""A site with demo data, and a browser for its client."""

import secrets
import sys
import tempfile
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
from tools.browser import ensure_headless_browser
from tools.node import Node, ensure_node
from tools.processes import run_shown
from tools.sites import running_site


@dataclass(frozen=True, kw_only=True)
class BrowserSite:
    """A running site with demo data, and a browser."""

    address: Address
    data_dir: Path
    client_elsewhere: str
    """The origin of a client on another host that the site accepts (CORS)."""
    mail_folder: Path
    """Where it writes its mail."""
    settings: Mapping[str, str]
    """Its settings, for other processes that use the same services."""
    server: Supervised
    node: Node
    browser: str

    def run(self, script: str, *arguments: str, **settings: str) -> int:
        """Run an npm script of the client; return its exit status.

        Its environment variables are the site's settings and `settings`. If it fails, the end of
        the site's output is printed.
        """
        command: Sequence[str] = self.node.npm_command("run", "--silent", script, "--", *arguments)
        environment = clean_environment(
            **self.node.environment(),
            **self.settings,
            BASE_URL=self.address.url,
            CLIENT_ELSEWHERE=self.client_elsewhere,
            MAIL_FOLDER=str(self.mail_folder),
            STACK_DATA=str(self.data_dir),
            STACK_PYTHON=sys.executable,
            DEMO_PASSWORD=demo_password(self.settings),
            CHROME=self.browser,
            **settings,
        )
        status = run_shown(command, environment=environment, cwd=FRONTEND)
        if status:
            say(f"The end of the site's output:\n{self.server.output()}")
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
    ensure_browser: Callable[[Node], str] = ensure_headless_browser,
) -> Iterator[BrowserSite]:
    """Run a site for the length of the context; by default the one of `make run`.

    `settings` are its environment variables. `ensure_browser` returns the path of the browser.

    Raises: Problem if there is no browser, or the site does not start.
    """
    node = ensure_node()
    browser = ensure_browser(node)
    # For a browser, another name of the same machine is another site.
    name = "127.0.0.1" if is_production(settings or {}) else "localhost"
    client_elsewhere = f"http://{name}:{free_port()}"
    with tempfile.TemporaryDirectory(prefix="seatcast-mail-", dir="/tmp") as mail_folder:
        given = {
            **(settings or {}),
            "SEATCAST_ORGANISATIONS": "anyone",
            "EMAIL_URL": f"filemail:///{mail_folder}",
            "SEATCAST_CLIENT_ORIGINS": client_elsewhere,
            # The client's host signs the calls that it forwards with it.
            "SEATCAST_FORWARDING_SECRET": secrets.token_hex(16),
        }
        with running_site(module, up=up, log_file=log_file, settings=given) as running:
            yield BrowserSite(
                address=running.address,
                data_dir=running.data_dir,
                mail_folder=Path(mail_folder),
                client_elsewhere=client_elsewhere,
                settings=given,
                server=running.server,
                node=node,
                browser=browser,
            )
