"""Who is there in the demo. Everybody knows their password, the organiser's too."""

PASSWORD = "seatcast-demo"
BUYERS = ("alice", "bob", "carol")
ORGANISER = "admin"
