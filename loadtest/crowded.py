"""What a site is told on which a crowd is tried out that comes from one machine."""

CROWDED = {
    # All people are behind one address.
    "SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE": "1000000",
    # By which it is known whose lock it is that a viewer is told of.
    "SEATCAST_SHOW_NAMES": "True",
}
