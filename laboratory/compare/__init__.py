"""Compare Seatcast with other servers: the same requests on the same PostgreSQL and Valkey."""
