#!/usr/bin/env python
"""Django's command line for Seatcast. It says first, on standard error, which database it asks."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from config.service_urls import name_of, uses_database

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if uses_database(sys.argv):
        print(f"seatcast: database {name_of(settings.DATABASES['default'])}", file=sys.stderr)
    execute_from_command_line(sys.argv)
