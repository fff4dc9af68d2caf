"""What versions did in production, and whether the next one does better."""
