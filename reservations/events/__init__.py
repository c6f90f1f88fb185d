"""What organisers do with events: edit, duplicate, publish, open and close the sale, cancel.

Lock order, always: the event's row, then its seats by primary key. Each edit increments the event's
`revision` under that lock. Clients send the revision that they have edited, so that nobody
overwrites what somebody else saved meanwhile; beats tell it to viewers.
"""
