"""The write path, and what bookings are.

Commands are queued (`command_queue`), decided by `domain.rules` in batches, and committed with one
transaction each (`unit_of_work`), which writes seats, bookings, their payments and money, entries,
messages to other systems, and the security log. Lock order, always: the event's row, its seats by
primary key, then payments and settlements.

`booking_records` and `records` are what buyers see; `settlements` and `ledger` are the money.

May import: `events` and below.
"""
