"""`python -m benchmarks.tls`: reach a PostgreSQL and a Redis of this machine over TLS.

Those that Seatcast brings along have no TLS. This starts the machine's own (Debian's `postgresql`
and `redis-server`), with a certificate of an authority made for it, and asks with the site's own
settings who is let in: a trusted certificate must be, one of an unknown authority, one for another
name, and a connection in the clear must not.
"""

import argparse
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.tls.connections import (
    HOST,
    REDIS_WAYS,
    Certificate,
    certificate,
    database_url,
    errors,
    redis_url,
)
from deploy.address import Address
from deploy.console import Problem
from deploy.ports import free_port
from deploy.postgres_server import ENVIRONMENT
from deploy.stack_services import listens
from deploy.supervised import supervised
from deploy.unprivileged import server_user, temporary_home

_STOP_SECONDS = 10.0


def main() -> int:
    """Ask, and print what was seen; return 0 if it was as it must be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tls", description=__doc__)
    parser.parse_args()
    try:
        wrong = try_all()
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    print("As it must be." if not wrong else f"Wrong: {', '.join(wrong)}")
    return 1 if wrong else 0


def try_all() -> list[str]:
    """Try every certificate with every way to a service; return what was not as it must be."""
    wrong = []
    with temporary_home() as home:
        ours, theirs, elsewhere = (
            _certificate(home / name, host)
            for name, host in (("ours", HOST), ("theirs", HOST), ("elsewhere", "other.example.org"))
        )
        cases = (
            ("a trusted certificate", ours, ours.authority, True),
            ("an unknown authority", theirs, ours.authority, False),
            ("a certificate for another name", elsewhere, elsewhere.authority, False),
            ("no TLS", None, ours.authority, False),
        )
        for what, shown, trusted, may in cases:
            with _postgres(home, shown) as postgres, _redis(home, shown) as redis:
                settings = {
                    "DATABASE_URL": database_url(postgres, trusted),
                    "REDIS_URL": redis_url(redis, trusted),
                }
                found = errors("database", *REDIS_WAYS, data_dir=home / "data", settings=settings)
            for way, error in found.items():
                print(f"{what}, {way}: {error or 'reached'}".replace("\n", " "))
                if (error is None) is not may:
                    wrong.append(f"{what}, {way}")
    return wrong


def _certificate(folder: Path, name: str) -> Certificate:
    folder.mkdir()
    folder.chmod(0o711)
    return certificate(folder, name=name)


@contextmanager
def _postgres(home: Path, shown: Certificate | None) -> Iterator[int]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise Problem("There is no PostgreSQL here: `apt-get install postgresql`.")
    port, cluster = free_port(), home / f"cluster-{free_port()}"
    tls = [f"ssl_cert_file={shown.chain}", f"ssl_key_file={shown.key}", "ssl=on"] if shown else []
    settings = ["listen_addresses=127.0.0.1", "fsync=off", *tls]
    server = [str(found[-1]), "-D", str(cluster), "-p", str(port), "-k", str(home)]
    initdb = [str(found[-1].with_name("initdb")), "-D", str(cluster), "-U", "seatcast"]
    initdb += ["-A", "trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
    alone = f"{server[0]} --single -D {cluster} postgres"
    create = ["sh", "-c", f"echo 'CREATE DATABASE seatcast' | {alone}"]
    command = [*server, *(part for each in settings for part in ("-c", each))]
    with _running("PostgreSQL", command, port, prepare=[initdb, create]):
        yield port


@contextmanager
def _redis(home: Path, shown: Certificate | None) -> Iterator[int]:
    server = shutil.which("redis-server") or shutil.which("valkey-server")
    if not server:
        raise Problem("There is no Redis here: `apt-get install redis-server`.")
    port = free_port()
    command = [server, "--bind", "127.0.0.1", "--dir", str(home), "--save", ""]
    if shown:
        command += ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no"]
        command += ["--tls-cert-file", str(shown.chain), "--tls-key-file", str(shown.key)]
        command += ["--tls-ca-cert-file", str(shown.authority)]
    else:
        command += ["--port", str(port)]
    with _running("Redis", command, port):
        yield port


@contextmanager
def _running(
    name: str, command: list[str], port: int, *, prepare: list[list[str]] | None = None
) -> Iterator[None]:
    with supervised(
        {
            "prepare": prepare or [],
            "command": command,
            "folder": "/",
            "environment": ENVIRONMENT,
            "user": server_user(),
            "stop_signal": signal.SIGINT,
            "stop_seconds": _STOP_SECONDS,
        },
        name=name,
    ) as server:
        server.wait_until_ready(lambda: listens(Address(host="127.0.0.1", port=port)))
        yield


if __name__ == "__main__":
    sys.exit(main())
