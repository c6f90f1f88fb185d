"""Seating plans: read from a file, drawn as a grid, stored as an event's seats, and edited.

Layers. `plan` defines a seating plan; `pretix_format` validates a file of pretix's plan editor, and
`pretix` makes a plan of it; `grid` draws a rectangular hall. They are pure. `services` and `seats`
store plans and edit seats; `layout` computes the hash that clients cache seats by.

Concurrency. Services lock the event's row first, like the command queue, and never change a seat's
status.

Invariants. A plan is stored completely or not at all. Seats are stored in the plan's order, which
is the order of their primary keys and so of their index on the wire. `Event.layout` changes with
everything about the seats except their status.

Allowed dependencies: Django and the rest of `reservations`; nothing of sockets or accounts.
"""
