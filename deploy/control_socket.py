"""The control socket of a running stack, for users who can write to its data directory.

`make rolling`, `make backup` and `make manage` connect to it: a Unix socket in that directory that
serves one client at a time, with messages of one line of JSON each. The stack first sends
`settings` (of the services that it runs), `environment` (of its servers) and `room` (free ports).
A client may then send `servers`, the specs of the servers that replace the running ones. The stack
reports progress as `said`, and at the end `problem`, which is null on success.
"""

import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from deploy.console import Problem, say
from deploy.stack_servers import FreePorts, ServerSpec

_NAME = "stack.sock"
_ACCEPT_SECONDS = 0.5
Report = Callable[[str], None]


@contextmanager
def listening(data_dir: Path) -> Iterator[socket.socket | None]:
    """Listen for the length of the context; yield None if the socket cannot be created."""
    path = data_dir / _NAME
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as control_socket:
        try:
            control_socket.bind(str(path))
        except OSError as error:
            say(f"seatcast: `make rolling` will not find this stack ({path}: {error}).")
            yield None
            return
        try:
            # Nobody can connect before `listen`, so the mode is set in time.
            path.chmod(0o600)
            control_socket.listen()
            # `accept` times out so that the main thread handles signals that another thread caught.
            control_socket.settimeout(_ACCEPT_SECONDS)
            yield control_socket
        finally:
            path.unlink(missing_ok=True)


def serve_client(
    control_socket: socket.socket,
    *,
    settings: Mapping[str, str],
    environment: Mapping[str, str],
    free_ports: FreePorts,
    replace: Callable[[Sequence[ServerSpec], Report], None],
) -> None:
    """Serve one client, if one connects soon; replace the servers if it asks for that."""
    try:
        client, _ = control_socket.accept()
    except TimeoutError:
        return
    with client, client.makefile("rw") as line, suppress(OSError, ValueError):
        _send(line, settings=dict(settings), environment=dict(environment), room=free_ports)
        if not (request := line.readline()):
            return
        problem = None
        try:
            replace(_read_specs(request), lambda output: _report(line, output))
        except Problem as why:
            problem = str(why)
        say("seatcast: all servers were replaced." if problem is None else f"seatcast: {problem}")
        _send(line, problem=problem)


class StackConnection:
    """A client's connection to a running stack.

    `settings` are those of the services that the stack runs; `environment` is that of its servers,
    with the credentials of the tables' owner; servers can be started on `free_ports`.
    """

    def __init__(self, line: IO[str]) -> None:
        self._line = line
        greeting = json.loads(line.readline())
        self.settings: dict[str, str] = greeting["settings"]
        self.environment: dict[str, str] = greeting["environment"]
        self.free_ports: FreePorts = greeting["room"]

    def replace(self, specs: Sequence[ServerSpec], *, report: Report) -> None:
        """Replace all servers; pass each progress message to `report`. Raises: Problem."""
        _send(self._line, servers=list(specs))
        for received in self._line:
            message = json.loads(received)
            if "output" in message:
                report(message["output"])
            elif message["problem"] is None:
                return
            else:
                raise Problem(message["problem"])
        raise Problem("The stack has ended.")


@contextmanager
def connected(data_dir: Path) -> Iterator[StackConnection]:
    """Connect to the stack of a data directory. Raises: Problem if none is running."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(data_dir / _NAME))
        except OSError:
            raise Problem(
                f"No stack is running on {data_dir}: `make stack` starts one; "
                "SEATCAST_DATA_DIR says where its data is."
            ) from None
        with client.makefile("rw") as line:
            yield StackConnection(line)


def _read_specs(request: str) -> list[ServerSpec]:
    """Parse server specs, which another release may have written. Raises: Problem."""
    specs: list[ServerSpec] = json.loads(request)["servers"]
    for spec in specs:
        if spec.keys() != ServerSpec.__annotations__.keys():
            raise Problem(
                "This stack cannot run these servers: stop it, then start the new release."
            )
    return specs


def _report(line: IO[str], output: str) -> None:
    say(f"seatcast: {output}")
    # The client may have disconnected; the replacement goes on.
    with suppress(OSError):
        _send(line, output=output)


def _send(line: IO[str], **message: Any) -> None:
    line.write(f"{json.dumps(message)}\n")
    line.flush()
