"""Geometry of the drawings on trace pages: values in, coordinates out."""
