"""Outbound requests."""
