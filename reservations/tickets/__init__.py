"""What buyers are sent about their bookings: tickets as files, and links to bookings.

Ticket codes themselves are in `bookings.ticket_codes`. May import: `bookings` and below.
"""
