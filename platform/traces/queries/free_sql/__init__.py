"""A person's own SELECT over one project's rows. See ask.py for what keeps it there."""
