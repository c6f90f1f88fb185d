"""Finding the best seats for people who want to sit together, and locking them in one go.

Layers. `wishes` is what is asked for; `rows` says which seats are beside each other, `focus` where
people look, and `house` which free seats are the best ones; they are pure. `houses` keeps those of
this process true to the change log, and chooses for a batch; `asking` takes it to the desk.

Concurrency. Seats are chosen by the desk, while it holds the event's row, by what the log says up
to that very moment. So nobody is given what somebody else has, in whichever process, and of a
thousand who ask at once no two are given the same. Reading a whole house takes long, and is done
before: a desk that does not know its house has its people ask again.

Allowed dependencies: the rules and commands know the wishes alone.
"""
