"""Payments for reservations.

The payment provider is a remote service that may be slow or down. So it is never called inside a
transaction, and each call is recorded first, in the status of a `Payment`. Calls are idempotent,
because the provider knows each payment by its reference.
"""
