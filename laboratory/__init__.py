"""Measurements: Seatcast beside other servers, costs by size, and single figures.

Built on the connections and viewers of `loadtest.engine`. Never imported by the product.
"""
