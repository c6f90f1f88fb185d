"""The cost of pushing changes to viewers: Seatcast beside stock servers, in one run.

`python -m benchmarks.push` measures; `benchmarks/README.md` explains what and how.
"""
