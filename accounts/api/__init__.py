"""The REST API of accounts: signing in, second factors, sessions, guests, personal data."""
