"""Exports of an event's sale as files: which rows (`tables`), and how they are written (`formats`).

Rows are read page by page, so an export needs little memory and holds no transaction open, however
long it is and however slowly it is read.

May import: `audit` and below.
"""
