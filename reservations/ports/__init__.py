"""Interfaces of what others do for this package: mail, webhooks and payment providers.

Each module has the interface, the data that is passed, and the function that returns the
implementation. May import: `domain`.
"""
