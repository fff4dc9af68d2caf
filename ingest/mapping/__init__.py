"""What attributes mean: one table per noun, for every convention of the field.
docs/ingest/mapping.md is its page.
"""
