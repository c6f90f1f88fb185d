"""The progress line of management commands."""

from io import StringIO

from reservations.audit.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True

    @property
    def screen(self) -> str:
        """What is to be seen on the line that is written over."""
        shown = ""
        for text in self.getvalue().split("\r"):
            shown = text + shown[len(text) :]
        return shown.rstrip()


def test_a_terminal_shows_the_progress() -> None:
    terminal = Terminal()
    progress = Progress(terminal)
    progress.say("change 1 of 20")
    assert terminal.screen == "change 1 of 20"
    progress.clear()
    assert terminal.screen == ""


def test_the_progress_is_shown_at_intervals() -> None:
    terminal = Terminal()
    progress = Progress(terminal)
    for number in range(10_000):
        progress.say(f"change {number}")
    assert 1 <= terminal.getvalue().count("\r") < 100


def test_nothing_is_written_without_a_terminal() -> None:
    stream = StringIO()
    progress = Progress(stream)
    progress.say("change 1 of 20")
    progress.clear()
    assert stream.getvalue() == ""
