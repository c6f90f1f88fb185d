"""Mail is printed to a terminal and to nothing that is kept."""

import io

import pytest
from django.core.mail import EmailMessage

from accounts.console_email import EmailBackend

MAIL = EmailMessage("Subject", "the link", "from@example.org", ["to@example.org"])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "is_shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_a_mail_is_printed_where_a_person_reads_and_not_where_it_is_kept(
    stream: io.StringIO, is_shown: bool
) -> None:
    assert EmailBackend(stream=stream).send_messages([MAIL]) == 1
    assert ("the link" in stream.getvalue()) is is_shown
    assert ("to@example.org" in stream.getvalue()) is is_shown
    assert stream.getvalue()
