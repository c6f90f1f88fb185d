"""How a process works: the database's clock and connections, frequent SQL, threads, metrics.

Nothing here knows what an event is. May import: `ports`, `domain`.
"""
