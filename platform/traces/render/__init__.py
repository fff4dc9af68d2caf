"""Turns stored text, which may be anything, into values that templates can show safely."""
