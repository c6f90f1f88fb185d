"""Housekeeping: periodic commands, pruning, and steps after a restore.

It does not block requests: reads take no locks, and deletions run in short transactions on rows
that nothing else writes. Seats and payments change only through the command queue and the checkout.

May import: `audit` and below.
"""
