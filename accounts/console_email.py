"""Mail for who tries the site out, at the terminal where it was started, and nowhere else."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends import console


class EmailBackend(console.EmailBackend):
    """Print mail to a terminal. Links for new passwords are not for logs and pipes."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Print the messages; without a terminal only say that there were some."""
        if self.stream.isatty():
            return super().send_messages(email_messages)
        if email_messages:
            self.stream.write("Mail is printed to a terminal only: EMAIL_URL says where it goes.\n")
            self.stream.flush()
        return len(email_messages)
