"""Load tests of a Seatcast site: scenarios, a verdict and a report. Not part of the product."""
