"""Print mail to a terminal only."""

import io

import pytest
from django.core.mail import EmailMessage

from accounts.console_email import EmailBackend

MAIL = EmailMessage("Subject", "the link", "from@example.org", ["to@example.org"])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "is_shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_mail_is_printed_to_a_terminal_only(stream: io.StringIO, is_shown: bool) -> None:
    assert EmailBackend(stream=stream).send_messages([MAIL]) == 1
    assert ("the link" in stream.getvalue()) is is_shown
    assert ("to@example.org" in stream.getvalue()) is is_shown
    assert stream.getvalue()
