"""The commands of `python3 -m tools`; the Makefile has a target for each."""

import argparse
import shutil
import sys
from collections.abc import Sequence

from deploy.address import address_from, ensure_free
from deploy.console import Problem
from deploy.paths import CLIENT, NODE_MODULES, REPORTS, ROOT, VENV
from tools.bootstrap import AUDIT, DEVELOPMENT, LOADTEST, RUNTIME, STACK, hand_over, set_up
from tools.lab import PACKAGES, ensure_lab_packages

STAGES = (
    *("check", "machines", "sqlite", "postgres", "servers", "client", "browser", "stack"),
    *("empty", "firefox", "webkit"),
)
_WITHOUT_CLIENT = ("postgres", "servers")
_SITES = ("run", "stack")
_CACHES = (".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis")
_BACKUP = {"backup": "save", "restore": "restore"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    options = _parse(arguments)
    try:
        _run(options)
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        # Ctrl-C is how one stops the site, so it is no failure there.
        return 0 if options.command in _SITES else 130
    return 0


def _run(options: argparse.Namespace) -> None:
    match options.command:
        case "setup":
            set_up(requirements=DEVELOPMENT if options.dev else RUNTIME)
        case "run":
            _serve("tools.serve", requirements=RUNTIME)
        case "stack":
            _serve("deploy.stack", requirements=STACK)
        case "rolling":
            set_up(requirements=STACK)
            hand_over("deploy.rolling")
        case "backup" | "restore":
            set_up(requirements=STACK, client=False)
            hand_over("deploy.backup", _BACKUP[options.command], options.file)
        case "manage":
            set_up(requirements=STACK, client=False)
            hand_over("deploy.manage", *options.arguments)
        case "test" | "thorough":
            only = [options.only] if options.only else []
            depth = ["--thorough"] if options.command == "thorough" else []
            client = bool(depth) or options.only not in _WITHOUT_CLIENT
            set_up(requirements=DEVELOPMENT, client=client)
            hand_over("tools.test", *depth, *only)
        case "bench":
            set_up(requirements=DEVELOPMENT, client=False)
            only = [f"--only={options.only}"] if options.only else []
            hand_over("laboratory", "bench", *only)
        case "loadtest":
            set_up(requirements=LOADTEST)
            hand_over("loadtest", *options.arguments)
        case "compare":
            set_up(requirements=DEVELOPMENT)
            only = [f"--only={options.only}"] if options.only else []
            hand_over("laboratory", "compare", f"--rounds={options.rounds}", *only, "--write")
        case "curves":
            set_up(requirements=DEVELOPMENT, client=False)
            only = [f"--only={options.only}"] if options.only else ["--write"]
            hand_over("laboratory", "curves", *only)
        case "chaos":
            set_up(requirements=DEVELOPMENT)
            seed = [] if options.seed is None else [f"--seed={options.seed}"]
            hand_over("laboratory", "chaos", f"--seconds={options.seconds}", *seed)
        case "lab":
            set_up(requirements=DEVELOPMENT)
            ensure_lab_packages()
            hand_over("laboratory", "lab", *options.arguments)
        case "upgrade":
            set_up(requirements=DEVELOPMENT)
            since = [] if options.since is None else [f"--from={options.since}"]
            hand_over("laboratory", "upgrade", *since)
        case "lock":
            set_up(requirements=AUDIT, client=False)
            hand_over("tools.lock", *(["--upgrade"] if options.upgrade else []))
        case "sbom" | "audit":
            set_up(requirements=AUDIT, client=False)
            hand_over("tools.inventory", options.command)
        case "images":
            set_up(client=False)
            hand_over("tools.images")
        case "screenshots" | "measure":
            set_up(requirements=DEVELOPMENT)
            hand_over("tools.client_scripts", options.command)
        case "check" | "schema":
            set_up(requirements=DEVELOPMENT)
            hand_over(f"tools.{options.command}")
        case "clean":
            _clean()


def _serve(module: str, *, requirements: str) -> None:
    """Replace this process by a module that serves the site. Raises: Problem."""
    ensure_free(address_from())
    set_up(requirements=requirements)
    hand_over(module)


def _clean() -> None:
    """Remove packages, builds, reports and caches; leave SEATCAST_DATA_DIR alone."""
    for folder in (
        CLIENT,
        NODE_MODULES,
        REPORTS,
        VENV,
        PACKAGES.parent,
        *(ROOT / name for name in _CACHES),
    ):
        shutil.rmtree(folder, ignore_errors=True)
    for cache in list(ROOT.rglob("__pycache__")):
        shutil.rmtree(cache, ignore_errors=True)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options. Those that only the lab knows are its `arguments`."""
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    if options.command == "lab":
        options.arguments = others
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m tools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="install the packages and build the client")
    setup.add_argument("--dev", action="store_true", help="also what tests and checks need")
    commands.add_parser("run", help="serve the site with demo data")
    commands.add_parser("stack", help="serve it with PostgreSQL, Valkey and a proxy")
    commands.add_parser("rolling", help="replace the servers of the running stack, one by one")
    manage = commands.add_parser("manage", help="run a command of manage.py on the running stack")
    manage.add_argument("arguments", nargs=argparse.REMAINDER, help="a command and its options")
    backup = commands.add_parser("backup", help="write the database of the running stack to a file")
    restore = commands.add_parser(
        "restore", help="restore a file as the database of a stopped stack"
    )
    for command in (backup, restore):
        command.add_argument("file", nargs="?", default="seatcast.dump", help="(%(default)s)")
    test = commands.add_parser("test", help="run all tests and the quick linters")
    thorough = commands.add_parser(
        "thorough", help="run them all on both databases, random ones for longer"
    )
    for command in (test, thorough):
        command.add_argument("only", nargs="?", choices=STAGES, help="run only this stage")
    bench = commands.add_parser(
        "bench", help="measure the cost of pushing changes, beside stock servers"
    )
    bench.add_argument("--only", help="only these figures, such as fanout,rush")
    load = commands.add_parser("loadtest", help="load the site, and check the results")
    # Parsed by `loadtest`, whose packages may not be installed yet.
    load.add_argument("arguments", nargs=argparse.REMAINDER, help="a scenario and its options")
    compare = commands.add_parser("compare", help="compare with peers into docs/benchmarks.md")
    compare.add_argument(
        "--rounds", type=int, default=5, help="rounds to take the medians of (%(default)s)"
    )
    compare.add_argument("--only", help="only these figures, such as locks,single")
    curves = commands.add_parser("curves", help="measure costs at four sizes into docs/scaling.md")
    curves.add_argument("--only", help="only these figures, printed but not written")
    chaos = commands.add_parser(
        "chaos", help="inject faults during a sale, then audit the database"
    )
    chaos.add_argument("--seconds", type=int, default=180, help="duration (%(default)s)")
    chaos.add_argument("--seed", type=int, help="repeat the faults of an earlier run")
    lab = commands.add_parser(
        "lab", help="run a cluster of hosts, and inject faults into it, with more options"
    )
    lab.set_defaults(arguments=[])
    upgrade = commands.add_parser(
        "upgrade", help="replace servers of an older version during a sale"
    )
    upgrade.add_argument("--from", dest="since", help="the older version, as git names it")
    commands.add_parser("check", help="run all linters and type checkers")
    commands.add_parser("schema", help="rewrite the API schema and the client's types")
    commands.add_parser("screenshots", help="take a picture of every page")
    commands.add_parser("measure", help="measure the client in a browser")
    lock = commands.add_parser("lock", help="update the lock files of the Python packages")
    lock.add_argument("--upgrade", action="store_true", help="take the newest indirect versions")
    commands.add_parser("sbom", help="write bills of materials to .reports/sbom")
    commands.add_parser("audit", help="check the locked packages for known vulnerabilities")
    commands.add_parser("images", help="pin the base images by digest")
    commands.add_parser("clean", help="remove packages, builds, reports and caches")
    return parser
