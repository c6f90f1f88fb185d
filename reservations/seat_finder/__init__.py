"""Finding the best seats for people who want to sit together, and locking them in one go.

Layers. `domain.rows` finds adjacent seats, `domain.focal_point` the stage, and `free_seat_index`
the best free seats; these are pure. `index_cache` keeps the indexes of this process up to date with
the change log and searches them; `locking` sends the found sets to the command queue.
`alternatives` and `nearby` find seats to offer instead of seats that are taken.

Concurrency. The search runs before the event's row is locked, on the last committed state. Under
the row lock, the first of the chosen sets that is still free is locked, so no seat is given away
twice. The number of sets grows with the length of the queues, and fourfold with each try.

May import: `bookings` and below.
"""
