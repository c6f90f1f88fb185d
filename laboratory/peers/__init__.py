"""Box offices that are not Seatcast, each as a competent engineer would write it, and small.

They work on Seatcast's own tables and take its tokens, so that a click is the same work for all.
"""
