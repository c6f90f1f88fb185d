"""A progress line for terminals."""

import time
from typing import TextIO

_SECONDS_BETWEEN = 0.2


class Progress:
    """A line that is overwritten in place; nothing is written if the stream is not a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_watched = stream.isatty()
        self._shown_at = 0.0
        self._length = 0

    def say(self, sentence: str) -> None:
        """Show a sentence, unless the last one was shown a moment ago."""
        now = time.monotonic()
        if self._is_watched and now >= self._shown_at + _SECONDS_BETWEEN:
            self._shown_at = now
            self._write(sentence)

    def clear(self) -> None:
        """Clear the line before permanent output."""
        if self._length:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, sentence: str) -> None:
        self._stream.write("\r" + sentence.ljust(self._length))
        self._stream.flush()
        self._length = len(sentence)
