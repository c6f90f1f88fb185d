"""Compare the stored seats, bookings, payments and entries with the change log.

Nothing here writes. `verification` runs all comparisons of an event on one database snapshot.

May import: `box_office` and below.
"""
