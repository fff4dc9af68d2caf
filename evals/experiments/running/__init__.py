"""Experiments that Sonde runs itself: a prompt and a model on the items of a dataset."""
