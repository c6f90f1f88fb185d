"""The errors with which endpoints are refused to be seen or changed."""

from rest_framework.exceptions import NotFound

from organisations.errors import Refused


class EndpointNotFound(NotFound):
    default_code = "endpoint_not_found"
    default_detail = "There is no such webhook."


class DeliveryNotFound(NotFound):
    default_code = "delivery_not_found"
    default_detail = "There is no such delivery. Old ones are deleted."


class TooManyEndpoints(Refused):
    default_code = "too_many_endpoints"
    default_detail = "This organisation has as many webhooks as it can."


class EndpointDisabled(Refused):
    default_code = "endpoint_disabled"
    default_detail = "This webhook is off. Turn it on first."


class FeedInUse(Refused):
    default_code = "feed_in_use"
    default_detail = "Webhooks are sent from the feed. Delete or turn off all of them first."
