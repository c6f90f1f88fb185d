"""Load on a Seatcast server, and on others to compare it with. Not part of the product."""
