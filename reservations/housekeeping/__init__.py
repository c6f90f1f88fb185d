"""Looking after what is stored: checking the books, and throwing away what nobody needs.

Nothing here changes a seat, a reservation or a payment. Nothing that people do waits for any of
it, and none of it keeps them waiting: reading takes no locks, and what is deleted goes in small
transactions that take nothing anybody else has.
"""
