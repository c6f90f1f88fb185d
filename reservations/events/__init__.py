"""What an event is, for everybody who looks at it or sells its seats.

Who may see it (`access`), its row's lock (`locking`), its terms of sale (`terms`), and its seats as
they are read: for pages (`selectors`, `seat_records`), for clients' caches (`layouts`,
`seat_lists`, `miniatures`) and for hubs (`mapped_seats`). `changes` has the signal that is sent
after each commit. Organisers change events in `organising`; only `bookings` changes who has a seat.

May import: `models` and below.
"""
