"""Looking after what is stored: checking the books, and throwing away what nobody needs.

Nothing people do waits for any of it: reading takes no locks, and what is deleted goes in short
transactions, row by row that nobody else writes. Seats and payments change only through the desk
and the checkout, whose commands the rounds run in turn.
"""
