"""Boards: panels that answer what it costs, how fast and how good it is, and what changed."""
