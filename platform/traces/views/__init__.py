"""The trace pages."""
