"""Sonde's own API of experiments."""
