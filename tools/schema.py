"""The API schema in the repository, from which the client's types are generated."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from deploy.environment import clean_environment
from deploy.paths import FRONTEND, SCHEMA, VENV_PYTHON
from tools.node import ensure_node
from tools.processes import run_shown


def main(arguments: Sequence[str] = ()) -> int:
    """Rewrite the schema and the types, or only `--check` them; return the exit status."""
    if "--check" in arguments:
        return _check_schema()
    if status := write_schema(SCHEMA):
        return status
    node = ensure_node()
    return run_shown(
        node.npm_command("run", "types"),
        environment=clean_environment(**node.environment()),
        cwd=FRONTEND,
    )


def _check_schema() -> int:
    """Return 0 if the schema in the repository is current, else print a message and return 1."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "openapi.json")
        if status := write_schema(fresh):
            return status
        if fresh.read_text().strip() != SCHEMA.read_text().strip():
            print(f"{SCHEMA.name} is not current: run `make schema`.")
            return 1
    return 0


def write_schema(target: Path) -> int:
    """Write the current schema to `target`; return 0 if it is valid."""
    with tempfile.TemporaryDirectory() as data_dir:
        return run_shown(
            [
                *(str(VENV_PYTHON), "manage.py", "spectacular", "--format", "openapi-json"),
                *("--validate", "--fail-on-warn", "--file", str(target)),
            ],
            environment=clean_environment(SEATCAST_DATA_DIR=data_dir),
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
