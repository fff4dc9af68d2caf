"""The query language of the lists: what a person writes in the bar, as terms."""
