"""Seats, tables and standing areas as CSV, for spreadsheets: docs/seating-plans.md describes it.

RFC 4180 in UTF-8, with a header. Text that a spreadsheet would take for a formula is disarmed, and
restored by import. Pure.
"""
