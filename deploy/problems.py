"""What a person at the terminal is told instead of a traceback."""


class Problem(Exception):
    """Something the person can put right; its text is one sentence that says how."""
