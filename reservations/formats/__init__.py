"""How values are written and read: money, times, public ids, seats in words, text in CSV files.

May import: `runtime`, `ports`, `domain`.
"""
