"""Experiments in production: a label that serves several versions, and canaries."""
