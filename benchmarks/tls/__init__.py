"""TLS between the servers and their services, tried with an authority of its own."""
