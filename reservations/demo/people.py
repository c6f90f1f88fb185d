"""The names of the people in the demo."""

BUYERS = ("alice", "bob", "carol")
ORGANISER = "admin"
STEWARD = "door"
PEOPLE = (*BUYERS, ORGANISER, STEWARD)
