"""What `make` runs on a developer's machine: set-up, checks, tests, browsers and lock files.

`python3 -m tools COMMAND` is the only entry point; each target of the Makefile is one command.

`commands`, `bootstrap`, `steps` and `node` run under the machine's own Python and need nothing but
the standard library. They hand over to modules that run in `.venv`.
"""
