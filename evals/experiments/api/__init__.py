"""Langfuse's APIs of dataset runs and experiments."""
