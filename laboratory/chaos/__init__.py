"""`make chaos`: people buy and watch on the real stack while faults are injected into it.

`shop` is an HTTP client that retries; `buyers` and `viewers` are the people, and `sale` runs them
together; `history` records what they ask for and are answered; `faults` kills, stops and hangs
processes; afterwards `audit` checks the database, and `checker` the history against it.
"""
