"""The servers that Seatcast is compared with, as their documentation writes them."""
