"""The servers that Seatcast is compared with: what one gets from the book."""
