"""Demo data: a club, a theatre and a chamber hall, and the people who book there."""
