"""The write path: commands are queued, decided in batches, and committed with one transaction each.

`command_queue` is the entry point. For each batch it opens a `unit_of_work`, which locks and reads
the rows, lets `domain.rules` decide, and writes the outcomes; `idempotency` stores results by key.
"""
