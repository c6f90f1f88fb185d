"""How reservations are paid for.

The provider is outside: slow, and not always there. So it is never asked inside the desk's
transaction, and what it is to be told is written down first, in `Payment`. Telling it twice does
no harm, because it knows each payment by its reference.
"""
