"""Seats, bookings and everything about their sale.

Its packages stand in one order, and each may import only what is below it (`lint-imports`):

management → api, admin → personal_data → archives → housekeeping, exports, demo → audit →
box_office → organising → tickets, seat_finder → payments → bookings → events → models →
permissions → plans → formats → runtime → ports → domain

The docstring of each package says what belongs there.
"""
