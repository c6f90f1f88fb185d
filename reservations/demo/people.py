"""The names of the demo users."""

BUYERS = ("alice", "bob", "carol")
ORGANISER = "admin"
STEWARD = "door"
PEOPLE = (*BUYERS, ORGANISER, STEWARD)
