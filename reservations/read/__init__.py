"""Selectors: queries that return plain data in the API's own shapes, and the caches before them."""
