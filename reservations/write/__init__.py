"""The write path: commands are queued, decided in batches, and committed with one transaction each.

`command_queue` is the entrance. It leads each batch through `unit_of_work`, which locks and reads
rows, has `domain.rules` decide, and writes what was decided; `idempotency` stores answers by key.
"""
