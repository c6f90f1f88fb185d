"""The REST API: parse a request, send one command or call one selector, answer.

May import: all packages of `reservations`, apart from `management`.
"""
