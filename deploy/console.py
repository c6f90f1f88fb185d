"""Messages to the person at the terminal."""


class Problem(Exception):
    """An error that the person can fix. Its text is one sentence that says how."""


def say(text: str) -> None:
    """Print a line at once, even into a pipe."""
    print(text, flush=True)
