"""Template tags of drift."""
