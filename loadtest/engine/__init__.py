"""What every load is made of: buyers' connections, viewers, arrivals, and times."""
