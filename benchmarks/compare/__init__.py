"""Seatcast beside its peers: the same clicks, on the same PostgreSQL and Valkey, in turn."""
