"""Tell organisations' systems what happens to bookings: webhooks, and a feed to poll.

A message is written in the transaction of what it tells (`outbox`). Later `numbering` gives it the
next position in its organisation's feed, in a transaction that nobody else waits for, and queues
it for each endpoint. `worker` delivers with `sender`, which signs (`signing`) and connects to no
private network (`addresses`). Depends on accounts, organisations and reservations, which do not
know it. See docs/webhooks.md and docs/adr/0022-messages-are-an-outbox.md.
"""
