"""Demo data: a club, a theatre, a chamber hall, a stadium, and the people who book there."""
