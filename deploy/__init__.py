"""Setting up, running and testing Seatcast, on any machine with Python, git and make.

`python3 -m deploy` is the one way in; the Makefile's targets are its commands.

Two lives: what runs under the machine's own Python (`commands`, `bootstrap`, `node`, `run`)
needs nothing but the standard library, and hands over to what runs inside `.venv`
(`serve`, `stack`, `check`, `test`, `services`).
"""
