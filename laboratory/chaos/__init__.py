"""`make chaos`: people buy and watch on the real stack while faults are injected into it.

`shop` is an HTTP client that retries; `buyers` and `viewers` are the people, and `sale` runs them
together; `holds` tracks who holds which seat according to the answers; `faults` kills, stops and
hangs processes; `audit` checks the database afterwards.
"""
