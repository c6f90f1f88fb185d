"""`make chaos`: people buy and watch on the real stack while everything under it fails.

`shop` is a careful client; `buyers` and `viewers` are the people, and `sale` brings them together;
`holds` is whose each seat is by what they were told; `faults` are what happens to the stack; `audit` is
what must hold afterwards, straight from the database.
"""
