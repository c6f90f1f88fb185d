"""Telling a person at a terminal how far a long piece of work has come."""

import time
from typing import TextIO

_SECONDS_BETWEEN = 0.2


class Progress:
    """One line that is written over; nothing at all where nobody watches, as under cron."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_watched = stream.isatty()
        self._said_at = 0.0
        self._length = 0

    def say(self, sentence: str) -> None:
        """Show how things stand, unless that was shown a moment ago."""
        now = time.monotonic()
        if self._is_watched and now >= self._said_at + _SECONDS_BETWEEN:
            self._said_at = now
            self._write(sentence)

    def clear(self) -> None:
        """Make room for a line that stays."""
        if self._length:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, sentence: str) -> None:
        self._stream.write("\r" + sentence.ljust(self._length))
        self._stream.flush()
        self._length = len(sentence)
