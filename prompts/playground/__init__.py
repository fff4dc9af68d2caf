"""Running versions and drafts against real models, side by side."""
