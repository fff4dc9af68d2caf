"""Pages of custom boards."""
