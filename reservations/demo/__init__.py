"""Demo data: a club, a theatre, a chamber hall, a stadium, and the users who book there.

May import: `audit` and below.
"""
