"""`make rolling`: the servers of this checkout take the place of those of a running stack.

Run it in the checkout of the new version, with the settings that the new servers are to have, and
SEATCAST_DATA_DIR as the stack has it. The database is brought up to date first, by the new code
and beside the old servers; then each server is replaced: the new one is well before the proxy
leads to it, and what the old one had under way is answered before it ends.
"""

import os
import sys

from deploy.console import Problem, say
from deploy.control_socket import connected
from deploy.release_tasks import run_release_tasks
from deploy.stack_servers import publish_client, server_specs
from deploy.stack_settings import servers_environment, stack_settings


def main() -> int:
    """Replace the servers; return the exit status."""
    try:
        _roll()
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _roll() -> None:
    settings = stack_settings(os.environ)
    client_dir = settings.data_dir / "client"
    with connected(settings.data_dir) as stack:
        environment = servers_environment(os.environ, stack.settings)
        say("Preparing the database and the static files …")
        run_release_tasks(
            environment,
            release=settings.release,
            demo=False,
            log_file=settings.data_dir / "logs" / "rolling.log",
        )
        specs = server_specs(settings, environment=environment, free_ports=stack.free_ports)
        stack.replace(specs, tell=say)
    # Last: what its pages ask for is answered by new servers only.
    publish_client(settings.client, client_dir)
    say("All servers are those of this release.")


if __name__ == "__main__":
    sys.exit(main())
