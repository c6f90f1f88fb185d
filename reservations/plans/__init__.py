"""Seating plans: read from a file, drawn as a grid, written as an event's seats, edited.

Layers. `plan` is what a seating plan is, `pretix` reads one from a file, `grid` draws a plain
hall; they are pure. `services` writes plans and edits seats, `layout` names what clients cache.

Concurrency. Services take the event's row first, like the desk, and never touch a seat's status.

Invariants. A plan is written whole or not at all. Its seats are stored in the plan's order, which
is the order of their primary keys and so of their index on the wire. `Event.layout` changes with
everything about the seats that is not their status.

Allowed dependencies: Django and the rest of `reservations`; nothing of sockets or accounts.
"""
