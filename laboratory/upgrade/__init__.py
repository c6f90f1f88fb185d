"""`make upgrade`: people buy and watch while the servers of one version replace another's.

The stack starts with an older release, then `make rolling` switches to this one, back, and here
again. No request may fail for lack of a server, no socket may be disconnected or have a gap, and
the ledger must be consistent.
"""
