"""The site's settings for servers that never give up waiting.

A request that waited for the publisher would hang, and viewers that do not read are not closed,
however long the test takes on a busy machine.
"""

from django.apps import AppConfig

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as APPS

INSTALLED_APPS = [*APPS, "tests.faults.patient.Patient"]


class Patient(AppConfig):
    name = "tests.faults.patient"
    label = "patient"

    def ready(self) -> None:
        from realtime import daphne, publisher, viewers

        publisher.SEND_SECONDS = viewers.MAX_SECONDS_BEHIND = float("inf")
        # Linux takes 0 as "no limit of its own".
        daphne.UNACKNOWLEDGED_SECONDS = 0.0
