"""Requests to addresses that people typed: `sending` asks, and only where `addresses` allows."""
