"""The door of a running stack, for whoever may write to its data directory.

`make rolling`, `make backup` and `make manage` go through it.

A socket in that directory. Who comes is told the settings of what the stack brings along, the
environment of its servers and the ports that are free, as one line of JSON; sends the servers that
are to take the place of those that run; and hears what is being done, line by line, until the last
one says what went wrong, or nothing. One at a time.
"""

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from deploy.console import Problem, say
from deploy.stack_servers import FreePorts, ServerSpec
from deploy.stack_settings import servers_environment

_NAME = "stack.sock"
_LOOK_SECONDS = 0.5
Tell = Callable[[str], None]


@contextmanager
def listening(data_dir: Path) -> Iterator[socket.socket | None]:
    """Open the door for the length of the context; None where no socket can be."""
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
            # Nobody can connect before somebody listens.
            path.chmod(0o600)
            control_socket.listen()
            # A signal that was caught by another thread is heard by then.
            control_socket.settimeout(_LOOK_SECONDS)
            yield control_socket
        finally:
            path.unlink(missing_ok=True)


def serve_client(
    control_socket: socket.socket,
    *,
    settings: Mapping[str, str],
    environment: Mapping[str, str],
    free_ports: FreePorts,
    replace: Callable[[Sequence[ServerSpec], Tell], None],
) -> None:
    """Let one visitor in, if one comes soon, and have the servers replaced that it brings."""
    try:
        visitor, _ = control_socket.accept()
    except TimeoutError:
        return
    with visitor, visitor.makefile("rw") as line, suppress(OSError, ValueError):
        _send(line, settings=dict(settings), environment=dict(environment), room=free_ports)
        if not (asked := line.readline()):
            return
        problem = None
        try:
            replace(_read_specs(asked), lambda said: _tell(line, said))
        except Problem as why:
            problem = str(why)
        say("seatcast: all servers were replaced." if problem is None else f"seatcast: {problem}")
        _send(line, problem=problem)


class StackConnection:
    """A visit to a running stack.

    `settings` are those of what it brings along, `environment` is that of its servers, with the
    owner of the tables, and in its `room` servers can be started.
    """

    def __init__(self, line: IO[str]) -> None:
        self._line = line
        told = json.loads(line.readline())
        self.settings: dict[str, str] = told["settings"]
        # A stack of an older release does not tell it.
        self.environment: dict[str, str] = told.get("environment") or servers_environment(
            os.environ, self.settings
        )
        self.free_ports: FreePorts = told["room"]

    def replace(self, specs: Sequence[ServerSpec], *, tell: Tell) -> None:
        """Have all servers replaced. Raises: Problem."""
        _send(self._line, servers=list(specs))
        for heard in self._line:
            message = json.loads(heard)
            if "said" in message:
                tell(message["said"])
            elif message["problem"] is None:
                return
            else:
                raise Problem(message["problem"])
        raise Problem("The stack has ended.")


@contextmanager
def connected(data_dir: Path) -> Iterator[StackConnection]:
    """Go through the door of the stack on a data directory. Raises: Problem when there is none."""
    with socket.socket(socket.AF_UNIX) as visitor:
        try:
            visitor.connect(str(data_dir / _NAME))
        except OSError:
            raise Problem(
                f"No stack is running on {data_dir}: `make stack` starts one; "
                "SEATCAST_DATA_DIR says where its data is."
            ) from None
        with visitor.makefile("rw") as line:
            yield StackConnection(line)


def _read_specs(asked: str) -> list[ServerSpec]:
    """Read what was asked for; another release's code has written it. Raises: Problem."""
    specs: list[ServerSpec] = json.loads(asked)["servers"]
    for spec in specs:
        if spec.keys() != ServerSpec.__annotations__.keys():
            raise Problem("This stack knows no such servers: end it, and start the new release's.")
    return specs


def _tell(line: IO[str], said: str) -> None:
    say(f"seatcast: {said}")
    # Who has asked may be gone; what was begun is brought to its end.
    with suppress(OSError):
        _send(line, said=said)


def _send(line: IO[str], **message: Any) -> None:
    line.write(f"{json.dumps(message)}\n")
    line.flush()
