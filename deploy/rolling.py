"""`make rolling`: replace the servers of a running stack by those of this checkout.

Run it in the checkout of the new version, with the settings for the new servers and the stack's
SEATCAST_DATA_DIR. First the new code migrates the database while the old servers run. Then each
server is replaced: the proxy switches to the new one once it is ready, and the old one finishes
its requests before it stops.
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
        stack.replace(specs, report=say)
    # Last, because only the new servers answer what the new pages request.
    publish_client(settings.client, client_dir)
    say("All servers now run this release.")


if __name__ == "__main__":
    sys.exit(main())
