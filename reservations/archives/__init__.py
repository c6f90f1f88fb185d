"""Archives: one file with all rows of an event that its verification needs.

`file_format` writes and reads the file, `contents` says which rows it has. `loading` reads a file
into a temporary database, where the audit of `reservations.audit` verifies it as it verifies the
site's. `removal` deletes the rows of a change log that a file has.

May import: `housekeeping` and below.
"""
