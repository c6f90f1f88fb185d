"""The box office as tutorials of Django Channels write it, on Daphne, and its polling elder.

Views lock rows in a transaction and tell a group; consumers join the group. Nothing is batched.
Its models are Seatcast's.
"""
