"""Who is there in the demo. Unless one is set, everybody knows their password."""

PASSWORD = "seatcast-demo"
BUYERS = ("alice", "bob", "carol")
ORGANISER = "admin"
STEWARD = "door"
PEOPLE = (*BUYERS, ORGANISER, STEWARD)
