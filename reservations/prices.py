"""What a seat costs, for queries: `rules.price_of` in the database's words."""

from django.db.models.functions import Coalesce


def seat_price() -> Coalesce:
    """Return a seat's own price, else its category's, else the event's."""
    return Coalesce("price", "category__price", "event__price")
