"""What a lock, a change, a viewer and a map cost at four sizes each: `make curves`."""
