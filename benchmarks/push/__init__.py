"""What it costs to push changes to viewers: Seatcast beside stock servers, in one run.

`python -m benchmarks.push` measures; `README.md` beside this package says what and how.
"""
