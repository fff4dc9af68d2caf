"""Lists that people come back to: a query, its time, order and columns, under a name."""
