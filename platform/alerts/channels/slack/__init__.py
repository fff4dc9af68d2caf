"""Slack, and what takes the same: an incoming webhook."""
