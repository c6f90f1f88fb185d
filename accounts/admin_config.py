"""Has Django use our admin site; imported before there are models."""

from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    default = False
    default_site = "accounts.admin_site.AdminSite"
