"""The cost of pushing changes to viewers: Seatcast beside stock servers, in one run.

`python -m laboratory bench` measures; `laboratory/README.md` explains what and how.
"""
