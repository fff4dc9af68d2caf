"""Files whose rows become items."""
