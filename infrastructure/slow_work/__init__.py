"""The one rule for slow work: drawing, decoding, parsing, files, and calls to foreign servers.

- It holds no database connection and is in no transaction, and makes no query (`without_database`).
- Of each kind only some run at a time in a process, and only some wait; a person has one turn at a
  time, and a network few places. Everyone else is refused at once with 429 or 503 (`turns`).
- What needs much CPU time or memory runs in a child process, at a low priority and with a limit on
  its memory (`children`). It reads what strangers send, so it has no settings and no secrets.

Concurrency: a request's thread waits for its turn. Lifecycle: nothing is started before it is
needed. Imports nothing here, because the child processes import this package.
"""
