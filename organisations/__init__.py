"""Organisations, the people who work for them, and what their roles permit.

The models and roles import no other app, so that `reservations` can refer to them.
"""
