"""How a sale is watched and its bookings are looked after.

Search and quotes for moved bookings, kept seats, figures of the running sale, the event's history,
reports. It only reads: what is changed are commands (`bookings`, `payments`).

May import: `organising` and below.
"""
