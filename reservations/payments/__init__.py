"""Payments for reservations.

The payment provider is a remote service that may be slow or down. So it is never called inside a
transaction, and each call is recorded first, in the status of a `Payment`. Calls are idempotent,
because the provider knows each payment by its reference.

A payment may be decided at once, or stay open: until the buyer has done what their bank asks, or
until the bank has answered. What became of an open payment is always asked of the provider, by
whoever hears of it first: its notice, the buyer's page, or reconciliation.

`checkout` reserves seats and pays for them. What comes later is in `open_payments`, `disputes`,
`refunds` and `reconciling`. `ports.payment_provider` is what they ask of a provider, through
`provider_calls`; `due_calls` makes the calls that a payment's status requires. `demo` and
`stripe_provider` are providers. The money of bookings is in `bookings.settlements`.

May import: `bookings` and below.
"""
