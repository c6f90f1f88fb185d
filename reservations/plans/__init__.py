"""Seating plans: read from a file, drawn as a grid, checked, compared and written. Pure.

`plan` defines a seating plan; `document` is what the editor sends and versions store;
`pretix_format` validates a file of pretix's plan editor, and `pretix` makes a plan of it; `grid`
draws a rectangular hall; `csv_format` reads and writes spreadsheets. `organising.seating` stores
plans as the seats of events, in the plan's order, which is the order of their primary keys and so
of their index on the wire.

May import: `formats`, `runtime`, `ports`, `domain`.
"""
