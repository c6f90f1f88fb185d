"""What a lock, a change, a viewer and a snapshot cost at four sizes each: `make curves`."""
