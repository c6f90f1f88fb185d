"""States, commands, rules and errors: what may be done with seats. Pure Python, no Django.

May import: nothing of the product.
"""
