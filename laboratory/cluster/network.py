"""Hosts: network namespaces with an address each, joined by a bridge in a namespace of its own.

Nothing of it is visible in the machine's own network. Needs root, and iproute2.
"""

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.console import Problem
from deploy.unprivileged import server_user

PREFIX = "seatcast-lab-"
NETWORK = "10.203.0.0/24"
INTERFACE = "eth0"
PROGRAMS = {
    "ip": "iproute2",
    "tc": "iproute2",
    "nft": "nftables",
    "setpriv": "util-linux",
    "etcd": "etcd-server",
    "pgbouncer": "pgbouncer",
}
"""The programs that the lab needs beside Python packages, and their Debian packages."""

_SWITCH = f"{PREFIX}switch"
_BRIDGE = "bridge"
_NAMESPACES = Path("/run/netns")
# Of <sched.h>.
_NEW_NETWORK = 0x40000000


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the lab."""

    name: str
    address: str

    @property
    def namespace(self) -> str:
        return f"{PREFIX}{self.name}"

    def command(self, *command: str, is_server: bool = True) -> list[str]:
        """Return a command that runs on this host, servers as an unprivileged user.

        They can read every file, such as the packages of a checkout below /root. A server dies
        with the process that started it: `setpriv` asks for that again after the change of user,
        which forgets it.
        """
        inside = ["ip", "netns", "exec", self.namespace]
        if not is_server:
            return [*inside, *command]
        user = server_user()
        change = [f"--reuid={user}", f"--regid={user}", "--clear-groups", "--pdeathsig=KILL"]
        rights = [f"--{kind}-caps=+dac_read_search" for kind in ("inh", "ambient")]
        return [*inside, "setpriv", *change, *rights, "--", *command]

    def run(self, *command: str, stdin: str = "") -> str:
        """Run a command on this host as root; return its output. Raises: CalledProcessError."""
        return subprocess.run(
            self.command(*command, is_server=False),
            input=stdin,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        ).stdout

    def pids(self) -> list[int]:
        """Return the processes that run on this host."""
        return [int(pid) for pid in _ip("netns", "pids", self.namespace).split()]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all processes of this host."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def require_programs() -> None:
    """Raise Problem if this machine or this user cannot run the lab."""
    if os.geteuid() != 0:
        raise Problem("The lab makes network namespaces, which needs root: run `sudo make lab`.")
    if missing := sorted({PROGRAMS[name] for name in PROGRAMS if not shutil.which(name)}):
        raise Problem(
            "The lab needs more programs: "
            f"`apt-get install --no-install-recommends {' '.join(missing)}`."
        )


@contextmanager
def network(hosts: Sequence[Host]) -> Iterator[None]:
    """Create the hosts for the length of the context. Removes what a killed run has left behind.

    Raises: Problem if the kernel refuses, as in a container without CAP_SYS_ADMIN.
    """
    remove_network()
    try:
        _create(hosts)
    except subprocess.CalledProcessError as error:
        remove_network()
        reason = (error.stderr or "").strip()
        raise Problem(f"The lab needs network namespaces, which fail here: {reason}") from None
    try:
        yield
    finally:
        remove_network()


def remove_network() -> None:
    """Delete all namespaces of the lab, after killing what still runs in them."""
    if not _NAMESPACES.is_dir():
        return
    for namespace in sorted(_NAMESPACES.glob(f"{PREFIX}*")):
        with suppress(subprocess.CalledProcessError):
            Host(namespace.name.removeprefix(PREFIX), "").signal(signal.SIGKILL)
        with suppress(subprocess.CalledProcessError):
            _ip("netns", "delete", namespace.name)


@contextmanager
def on(host: Host) -> Iterator[None]:
    """Move this thread to a host, with the threads and processes that it starts meanwhile.

    Raises: OSError.
    """
    with (
        Path("/proc/thread-self/ns/net").open() as outside,
        (_NAMESPACES / host.namespace).open() as inside,
    ):
        _set_namespace(inside.fileno())
        try:
            yield
        finally:
            _set_namespace(outside.fileno())


def _set_namespace(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "The network namespace cannot be changed")


def _create(hosts: Sequence[Host]) -> None:
    _ip("netns", "add", _SWITCH)
    _ip("-n", _SWITCH, "link", "add", _BRIDGE, "type", "bridge")
    _ip("-n", _SWITCH, "link", "set", _BRIDGE, "up")
    size = NETWORK.partition("/")[2]
    for host in hosts:
        _ip("netns", "add", host.namespace)
        inside = ["-n", host.namespace]
        peer = ["peer", "name", host.name, "netns", _SWITCH]
        _ip(*inside, "link", "add", INTERFACE, "type", "veth", *peer)
        _ip("-n", _SWITCH, "link", "set", "dev", host.name, "master", _BRIDGE, "up")
        _ip(*inside, "address", "add", f"{host.address}/{size}", "dev", INTERFACE)
        for interface in ("lo", INTERFACE):
            _ip(*inside, "link", "set", interface, "up")


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
    return done.stdout
