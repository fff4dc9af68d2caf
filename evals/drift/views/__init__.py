"""Pages of drift."""
