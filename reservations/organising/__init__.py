"""What organisers do with events: edit, duplicate, publish, open and close the sale, cancel.

Also what an event is made of: seating plans and their versions, which are put onto events
(`seating`, `replacing`), ticket types, promo codes, pictures; and what is told to all buyers of an
event (`announcing`). Lock order, always: the event's row, then its seats by primary key.

May import: `payments` and below.
"""
