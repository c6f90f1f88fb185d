"""Finding the best seats for people who want to sit together, and locking them in one go.

Layers. `wishes` is what is asked for; `rows` says which seats are beside each other, `focus` where
people look, and `house` which free seats are the best ones; they are pure. `houses` keeps those of
this process true to the change log, and chooses in them; `asking` takes a choice to the desk.

Concurrency. Seats are chosen before the event's row is taken, by all that was committed until
then. Under the row the first set of a choice is taken that is still free, so nobody is given what
somebody else has. A choice has a few sets, more when many commands wait at the desks of this
process, and four times as many with each try.

Allowed dependencies: the rules and commands know the wishes alone.
"""
