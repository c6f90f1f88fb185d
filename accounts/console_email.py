"""Print mail to the terminal in which the server was started, and nowhere else."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends import console


class EmailBackend(console.EmailBackend):
    """Print mail only to a terminal: password links must not get into logs."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Print the messages, or without a terminal a hint. Return the number of messages."""
        if self.stream.isatty():
            return super().send_messages(email_messages)
        if email_messages:
            self.stream.write("Mail is printed to a terminal only: EMAIL_URL says where it goes.\n")
            self.stream.flush()
        return len(email_messages)
